"""How a kept connection is found alive or dead at the beginning of a request."""

from __future__ import annotations

import select
from collections.abc import Iterator

import pytest
from django.db import OperationalError, connection

from creditsite.postgresql.base import DatabaseWrapper

pytestmark = pytest.mark.django_db(transaction=True)

LAST_QUERY = "SELECT query FROM pg_stat_activity WHERE pid = %s"
END = "SELECT pg_terminate_backend(%s, 5000)"


@pytest.fixture
def kept() -> Iterator[DatabaseWrapper]:
    """A connection as a server keeps it from request to request."""
    mine = connection.copy()
    assert isinstance(mine, DatabaseWrapper)
    mine.settings_dict = connection.settings_dict | {"CONN_HEALTH_CHECKS": True}
    mine.ensure_connection()
    yield mine
    mine.close()


def begin_request(kept: DatabaseWrapper) -> None:
    kept.close_if_unusable_or_obsolete()


def session_of(kept: DatabaseWrapper) -> int:
    with kept.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        number: int = cursor.fetchone()[0]
    return number


def ask(statement: str, session: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute(statement, [session])
        return str(cursor.fetchone()[0])


def test_a_session_that_stands_is_used_again_and_not_asked(kept: DatabaseWrapper) -> None:
    session = session_of(kept)
    begin_request(kept)
    with kept.cursor():
        assert ask(LAST_QUERY, session) == "SELECT pg_backend_pid()"
    assert session_of(kept) == session


def test_a_session_that_the_server_ended_is_replaced(kept: DatabaseWrapper) -> None:
    session = session_of(kept)
    ask(END, session)
    begin_request(kept)
    assert session_of(kept) != session


def test_a_connection_closed_behind_our_back_is_replaced(kept: DatabaseWrapper) -> None:
    session = session_of(kept)
    kept.connection.close()
    begin_request(kept)
    assert session_of(kept) != session


def test_words_from_the_server_are_no_death(kept: DatabaseWrapper) -> None:
    session = session_of(kept)
    with kept.cursor() as cursor:
        cursor.execute("LISTEN anything")
    with connection.cursor() as cursor:
        cursor.execute("NOTIFY anything")
    # The server tells it when it comes to it.
    assert select.select([kept.connection], [], [], 30)[0]
    begin_request(kept)
    with kept.cursor():
        assert ask(LAST_QUERY, session) == "SELECT 1"
    assert session_of(kept) == session


def test_after_an_error_the_server_is_asked(kept: DatabaseWrapper) -> None:
    session = session_of(kept)
    kept.errors_occurred = True
    begin_request(kept)
    assert ask(LAST_QUERY, session) == "SELECT 1"


def test_a_session_that_ends_within_a_request_is_an_error(kept: DatabaseWrapper) -> None:
    ask(END, session_of(kept))
    kept.health_check_done = True
    with pytest.raises(OperationalError):
        session_of(kept)
    begin_request(kept)
    session_of(kept)

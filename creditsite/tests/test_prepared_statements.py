"""Statements that a connection keeps prepared and sends past the cursor."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import (
    DataError,
    IntegrityError,
    OperationalError,
    ProgrammingError,
    connection,
    transaction,
)
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from creditsite.accounts.models import User
from creditsite.kernel.sql import fetch_prepared

pytestmark = pytest.mark.django_db(transaction=True)

KEPT = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s"
END = "SELECT pg_terminate_backend(%s, 5000)"
RENAME = "UPDATE accounts_user SET email = %s WHERE id = %s RETURNING email"
LOCK = 7_270_115


def kept(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(KEPT, [f"{statement}%"])
        number: int = cursor.fetchone()[0]
    return number


@pytest.fixture
def customer() -> User:
    return User.objects.create(email="first@example.com")


def test_a_prepared_statement_is_kept_by_the_connection() -> None:
    for number in range(3):
        assert fetch_prepared("SELECT 1 + %s", [number]) == [(number + 1,)]
    assert kept("SELECT 1 +") == 1


def test_what_comes_after_it_is_not_prepared() -> None:
    fetch_prepared("SELECT 1 + %s", [1])
    for _ in range(9):
        assert kept("SELECT count(*)") == 0


def test_nothing_is_prepared_behind_a_pooler(settings: Settings) -> None:
    settings.PREPARED_STATEMENTS = False
    connection.close()
    assert fetch_prepared("SELECT 2 + %s", [2]) == [(4,)]
    assert kept("SELECT 2 +") == 0


def test_values_come_as_from_a_cursor() -> None:
    statement = """
        SELECT %s::bigint, %s::numeric(18, 4), %s::text, %s::timestamptz, %s::boolean, %s::bytea,
               %s::bigint[], NULL
    """
    moment = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)
    given: Any = [2**40, Decimal("1.5000"), "a%b'ü", moment, True, b"\0\xff", [1, 2]]
    (prepared,) = fetch_prepared(statement, given)
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        assert prepared == cursor.fetchone()
    assert prepared == (*given, None)
    assert prepared[3].tzinfo == moment.tzinfo


def test_no_row_is_none_and_many_are_many() -> None:
    series = "SELECT number FROM generate_series(1, %s) AS number"
    assert fetch_prepared(series, [0]) == []
    assert fetch_prepared(series, [3]) == [(1,), (2,), (3,)]


def test_it_is_one_round_trip() -> None:
    fetch_prepared("SELECT 3 + %s", [1])
    with tempfile.TemporaryFile("w+") as heard:
        pgconn = connection.connection.pgconn
        pgconn.trace(heard.fileno())
        fetch_prepared("SELECT 3 + %s", [1])
        pgconn.untrace()
        heard.seek(0)
        sent = [line.split("\t")[3].strip() for line in heard if "\tF\t" in line]
    assert sent == ["Bind", "Describe", "Execute", "Sync"]


def test_who_listens_to_statements_hears_it() -> None:
    fetch_prepared("SELECT 4 + %s", [1])
    with CaptureQueriesContext(connection) as heard:
        fetch_prepared("SELECT 4 + %s", [1])
    assert len(heard) == 1


def test_outside_a_transaction_it_stands_at_once(customer: User) -> None:
    fetch_prepared(RENAME, ["second@example.com", customer.pk])
    connection.close()
    customer.refresh_from_db()
    assert customer.email == "second@example.com"


@pytest.mark.parametrize("is_first", [True, False])
def test_in_a_transaction_it_is_part_of_it(customer: User, *, is_first: bool) -> None:
    fetch_prepared(RENAME, [customer.email, customer.pk])
    with transaction.atomic():
        if not is_first:
            customer.refresh_from_db()
        fetch_prepared(RENAME, ["second@example.com", customer.pk])
        transaction.set_rollback(True)
    customer.refresh_from_db()
    assert customer.email == "first@example.com"


def test_a_failure_is_djangos_error_and_the_next_statement_works(customer: User) -> None:
    with pytest.raises(DataError, match="division by zero"):
        fetch_prepared("SELECT 1 / %s::integer", [0])
    User.objects.create(email="second@example.com")
    with pytest.raises(IntegrityError) as refused:
        fetch_prepared(RENAME, ["second@example.com", customer.pk])
    assert getattr(refused.value.__cause__, "sqlstate", "") == "23505"
    assert fetch_prepared("SELECT 1 / %s::integer", [1]) == [(1,)]


def test_a_failure_within_a_transaction_leaves_it_broken(customer: User) -> None:
    with transaction.atomic():
        customer.refresh_from_db()
        with pytest.raises(DataError), transaction.atomic():
            fetch_prepared("SELECT 1 / %s::integer", [0])
        assert fetch_prepared("SELECT 1 / %s::integer", [1]) == [(1,)]
        transaction.set_rollback(True)
        with pytest.raises(transaction.TransactionManagementError):
            fetch_prepared("SELECT 1 / %s::integer", [1])


def test_a_session_that_ended_is_an_error_and_a_new_one_prepares_anew() -> None:
    ((session,),) = fetch_prepared("SELECT pg_backend_pid() + %s", [0])
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute(END, [session])
    other.close()
    with pytest.raises(OperationalError):
        fetch_prepared("SELECT pg_backend_pid() + %s", [0])
    connection.close_if_unusable_or_obsolete()
    ((another,),) = fetch_prepared("SELECT pg_backend_pid() + %s", [0])
    assert another != session
    assert kept("SELECT pg_backend_pid()") == 1


def test_statements_that_a_session_forgot_are_prepared_anew() -> None:
    fetch_prepared("SELECT 3 + %s", [1])
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    with pytest.raises(ProgrammingError):
        fetch_prepared("SELECT 3 + %s", [1])
    assert fetch_prepared("SELECT 3 + %s", [1]) == [(4,)]


def test_a_task_of_an_event_loop_has_the_connection_django_gives_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

    async def ask() -> int:
        try:
            ((session,),) = fetch_prepared("SELECT pg_backend_pid() + %s", [0])
            assert session == connection.connection.info.backend_pid
        finally:
            connection.close()
        return int(session)

    ((session,),) = fetch_prepared("SELECT pg_backend_pid() + %s", [0])
    assert asyncio.run(ask()) != session
    assert fetch_prepared("SELECT pg_backend_pid() + %s", [0]) == [(session,)]


def test_other_threads_run_while_it_waits() -> None:
    answers = []

    def wait() -> None:
        try:
            answers.append(fetch_prepared("SELECT 5 FROM pg_advisory_lock(%s)", [LOCK]))
        finally:
            connection.close()

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        waiting = threading.Thread(target=wait)
        waiting.start()
        # Were all threads to wait for its answer, this one would never give the lock free.
        waiting.join(0.2)
        assert not answers
        cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    waiting.join(30)
    assert answers == [[(5,)]]

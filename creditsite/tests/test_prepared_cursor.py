"""Which statements a connection keeps prepared."""

from __future__ import annotations

import pytest
from django.db import connection
from pytest_django import Settings

from creditsite.kernel.sql import prepared_cursor

pytestmark = pytest.mark.django_db

KEPT = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s"


def kept(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(KEPT, [f"{statement}%"])
        number: int = cursor.fetchone()[0]
    return number


def run_prepared(statement: str) -> None:
    with prepared_cursor() as cursor:
        cursor.execute(f"{statement} + %s", [2])
        assert cursor.fetchone() == (3,)


def test_a_prepared_statement_is_kept_by_the_connection() -> None:
    run_prepared("SELECT 1")
    assert kept("SELECT 1 +") == 1


def test_what_comes_after_it_is_not_prepared() -> None:
    run_prepared("SELECT 1")
    for _ in range(9):
        assert kept("SELECT count(*)") == 0


def test_nothing_is_prepared_behind_a_pooler(settings: Settings) -> None:
    settings.PREPARED_STATEMENTS = False
    run_prepared("SELECT 1 + 0")
    assert kept("SELECT 1 + 0") == 0


def test_a_statement_that_fails_leaves_the_next_one_unprepared() -> None:
    with pytest.raises(ZeroDivisionError), prepared_cursor():
        raise ZeroDivisionError
    test_what_comes_after_it_is_not_prepared()

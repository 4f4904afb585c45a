"""SQL of our own: functions kept as files, statements that are prepared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections, transaction
from django.db.backends.utils import CursorWrapper


def install_functions(directory: Path, *, using: str) -> None:
    """Run every `*.sql` of `directory`, in the order of the names, on the database `using`.

    Each file must be repeatable (`CREATE OR REPLACE`): it runs after every migrate. All of them
    take effect at once; bodies are checked when they run, so that they may name each other.
    """
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SET LOCAL check_function_bodies = off")
        for path in sorted(directory.glob("*.sql")):
            cursor.execute(path.read_text())


@contextmanager
def prepared_cursor() -> Iterator[CursorWrapper]:
    """Give a cursor whose statements PostgreSQL parses and plans once a connection.

    For the few that are sent again and again and find their rows by a key. A report would fare
    worse: a plan made for any range of rows is a bad one for most.
    """
    with connection.cursor() as cursor:
        if not settings.PREPARED_STATEMENTS:
            yield cursor
            return
        session = connection.connection
        session.prepare_threshold = 0
        try:
            yield cursor
        finally:
            session.prepare_threshold = None


def fetch_one(statement: str, parameters: Sequence[Any], *, using: str) -> dict[str, Any]:
    """Run `statement` and return its only row by column name."""
    with connections[using].cursor() as cursor:
        cursor.execute(statement, parameters)
        row = cursor.fetchone()
        if row is None:
            raise LookupError("the statement returned no row")
        return dict(zip((column.name for column in cursor.description), row, strict=True))

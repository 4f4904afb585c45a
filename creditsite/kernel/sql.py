"""SQL of our own: functions kept as files, statements that are prepared."""

from __future__ import annotations

import threading
from asyncio.events import _get_running_loop
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from creditsite.postgresql.base import DatabaseWrapper
from creditsite.postgresql.prepared import Row


class _Here(threading.local):
    """Django's wrapper of this thread's connection, which stays the same where no event loop runs;
    finding it where Django keeps it takes a fortieth of a spend."""

    wrapper: DatabaseWrapper | None = None


_here = _Here()


def install_functions(directory: Path, *, using: str) -> None:
    """Run every `*.sql` of `directory`, in the order of the names, on the database `using`.

    Each file must be repeatable (`CREATE OR REPLACE`): it runs after every migrate. All of them
    take effect at once; bodies are checked when they run, so that they may name each other.
    """
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SET LOCAL check_function_bodies = off")
        for path in sorted(directory.glob("*.sql")):
            cursor.execute(path.read_text())


def fetch_prepared(statement: str, parameters: Sequence[Any]) -> list[Row]:
    """Run a statement that PostgreSQL parses and plans once a connection; return its rows.

    For the few that are sent again and again and find their rows by a key. A report would fare
    worse: a plan made for any range of rows is a bad one for most.
    """
    if _get_running_loop() is not None:
        # Here Django keeps connections by task.
        task_wrapper = cast(DatabaseWrapper, connections[DEFAULT_DB_ALIAS])
        return task_wrapper.fetch_prepared(statement, parameters)
    if _here.wrapper is None:
        _here.wrapper = cast(DatabaseWrapper, connections[DEFAULT_DB_ALIAS])
    return _here.wrapper.fetch_prepared(statement, parameters)


def fetch_one(statement: str, parameters: Sequence[Any], *, using: str) -> dict[str, Any]:
    """Run `statement` and return its only row by column name."""
    with connections[using].cursor() as cursor:
        cursor.execute(statement, parameters)
        row = cursor.fetchone()
        if row is None:
            raise LookupError("the statement returned no row")
        return dict(zip((column.name for column in cursor.description), row, strict=True))

"""Django's backend for PostgreSQL, quicker where a request begins and where statements repeat."""

from __future__ import annotations

import select
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base
from psycopg import Connection, OperationalError

from creditsite.postgresql.prepared import PreparedStatements, Row


class DatabaseWrapper(base.DatabaseWrapper):
    """Saves a kept connection the query that proves it alive at every request, and statements
    that are sent again and again the way through a cursor.

    A server that ends a session says so on its socket, or closes it. Where nothing has come in
    since the last answer, the session stands as far as `SELECT 1` could tell; where something
    has, Django's own check decides. After an error Django asks the server, as ever.
    """

    # Django's, whose types leave them out.
    health_check_enabled: bool
    health_check_done: bool
    _prepared: PreparedStatements

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection[Row]:
        session: Connection[Row] = super().get_new_connection(conn_params)
        self._prepared = PreparedStatements(session)
        return session

    def fetch_prepared(self, statement: str, parameters: Sequence[Any]) -> list[Row]:
        """Run a statement that PostgreSQL parses and plans once a connection; return its rows.

        Parameters stand as `%s`. Through a cursor like any other where somebody listens to the
        statements, behind a pooler, and where it is the first of a transaction. Raises Django's
        database errors.
        """
        self.close_if_health_check_failed()
        if self.connection is None:
            self.ensure_connection()
        self.validate_no_broken_transaction()
        is_heard = self.execute_wrappers or self.queries_logged
        if is_heard or not (settings.PREPARED_STATEMENTS and self._prepared.can_run):
            with self.cursor() as cursor:
                cursor.execute(statement, parameters)
                rows: list[Row] = cursor.fetchall()
                return rows
        with self.wrap_database_errors:
            return self._prepared.fetch(statement, parameters)

    def close_if_health_check_failed(self) -> None:
        if self.connection is None or not self.health_check_enabled or self.health_check_done:
            return
        if self._is_quiet():
            self.health_check_done = True
        else:
            super().close_if_health_check_failed()

    def _is_quiet(self) -> bool:
        try:
            socket = self.connection.fileno()
        except OperationalError:
            return False
        incoming = select.poll()
        incoming.register(socket, select.POLLIN)
        return not incoming.poll(0)

"""Django's backend for PostgreSQL, quicker where a request begins and where statements repeat."""

from __future__ import annotations

import select
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base
from psycopg import Connection, Error, OperationalError, pq
from psycopg.errors import InvalidSqlStatementName

from creditsite.postgresql.prepared import PreparedStatement, Row


class DatabaseWrapper(base.DatabaseWrapper):
    """Saves a kept connection the query that proves it alive at every request, and statements
    that are sent again and again the way through a cursor.

    A server that ends a session says so on its socket, or closes it. Where nothing has come in
    since the last answer, the session stands as far as `SELECT 1` could tell; where something
    has, Django's own check decides. After an error Django asks the server, as ever.
    """

    # Django's, whose types leave them out.
    autocommit: bool
    force_debug_cursor: bool
    health_check_enabled: bool
    health_check_done: bool
    _keeps_statements: bool
    _statements: dict[str, PreparedStatement]

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection[Row]:
        session: Connection[Row] = super().get_new_connection(conn_params)
        # Read once: each look at the settings takes a fiftieth of a spend.
        self._keeps_statements = settings.PREPARED_STATEMENTS and not settings.DEBUG
        self._statements = {}
        return session

    def fetch_prepared(self, statement: str, parameters: Sequence[Any]) -> list[Row]:
        """Run a statement that PostgreSQL parses and plans once a connection; return its rows.

        Parameters stand as `%s`. One round trip (two where the statement is new). Through a cursor
        like any other where somebody listens to the statements, behind a pooler, and where it is
        the first of a transaction. Raises Django's database errors.
        """
        if self.connection is None or not self.health_check_done:
            self.close_if_health_check_failed()
            self.ensure_connection()
        if self.needs_rollback:
            self.validate_no_broken_transaction()
        is_heard = self.force_debug_cursor or self.execute_wrappers
        # psycopg sends BEGIN with a statement of its own.
        begins = not self.autocommit and self._is_idle()
        if is_heard or not self._keeps_statements or begins:
            with self.cursor() as cursor:
                cursor.execute(statement, parameters)
                rows: list[Row] = cursor.fetchall()
                return rows
        try:
            prepared = self._statements.get(statement) or self._prepare(statement)
            return prepared.fetch(parameters)
        except Error as error:
            if isinstance(error, InvalidSqlStatementName):
                # The session was told to forget them: they are prepared anew when next sent.
                self._statements.clear()
            with self.wrap_database_errors:
                raise

    def _is_idle(self) -> bool:
        idle: bool = self.connection.pgconn.transaction_status == pq.TransactionStatus.IDLE
        return idle

    def _prepare(self, statement: str) -> PreparedStatement:
        name = f"creditsite_{len(self._statements)}"
        prepared = self._statements[statement] = PreparedStatement(self.connection, name, statement)
        return prepared

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

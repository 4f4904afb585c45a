"""Statements that a session keeps prepared, sent by libpq's own call for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Connection, Cursor, OperationalError, adapters, errors, pq
from psycopg.adapt import PyFormat, Transformer

Row = tuple[Any, ...]


class PreparedStatements:
    """The statements of one session, each prepared when it is first asked for.

    A cursor serves every need there is, and takes longer for that than PostgreSQL takes for a third
    of a spend. Parameters and rows of a statement that is sent again and again always look the
    same; they are adapted as in any cursor (docs/adr/0011).
    """

    def __init__(self, session: Connection[Row]) -> None:
        self._session = session
        self._statements: dict[str, PreparedStatement] = {}
        # Never executed: holds how values are adapted. Of times Django's own reader, in Python, is
        # made for any zone; psycopg's takes the session's, which is UTC.
        self._context = session.cursor()
        time = adapters.types["timestamptz"].oid
        reader = adapters.get_loader(time, pq.Format.TEXT)
        assert reader
        self._context.adapters.register_loader(time, reader)

    @property
    def can_run(self) -> bool:
        """Tell whether a statement would take effect as the session's owner means it.

        psycopg sends the BEGIN of a transaction with its own first statement, not with ours.
        """
        idle = self._session.pgconn.transaction_status == pq.TransactionStatus.IDLE
        return self._session.autocommit or not idle

    def fetch(self, statement: str, parameters: Sequence[Any]) -> list[Row]:
        """Run the statement in one round trip (two where it is new) and return its rows.

        Raises psycopg's errors, as a cursor does.
        """
        prepared = self._statements.get(statement)
        if prepared is None:
            name = f"creditsite_{len(self._statements)}".encode()
            prepared = PreparedStatement(self._context, name, statement)
            self._statements[statement] = prepared
        return prepared.fetch(parameters)


class PreparedStatement:
    """One statement; its parameters stand as `%s`, and there is no other per cent sign."""

    def __init__(self, context: Cursor[Row], name: bytes, statement: str) -> None:
        first, *others = statement.split("%s")
        numbered = first + "".join(f"${place}{part}" for place, part in enumerate(others, 1))
        self._name = name
        self._session = context.connection
        self._pgconn = self._session.pgconn
        self._adapting = Transformer(context)
        # The server knows the parameters' types, and reads each from text.
        self._formats = [PyFormat.TEXT] * len(others)
        self._is_new = True
        with self._session.lock:
            result = self._pgconn.prepare(name, numbered.encode())
        self._check(result, pq.ExecStatus.COMMAND_OK)

    def fetch(self, parameters: Sequence[Any]) -> list[Row]:
        values = self._adapting.dump_sequence(parameters, self._formats)
        # Another thread may be closing a cursor that was forgotten.
        with self._session.lock:
            # Its type leaves out None, which is NULL here as in psycopg's own calls.
            result = self._pgconn.exec_prepared(self._name, values)  # type: ignore[arg-type]
        self._check(result, pq.ExecStatus.TUPLES_OK)
        # How columns are read is looked up once: they stay as they are.
        self._adapting.set_pgresult(result, set_loaders=self._is_new)
        self._is_new = False
        rows = self._adapting.load_rows(0, result.ntuples, tuple)
        self._adapting.set_pgresult(None, set_loaders=False)
        return rows

    def _check(self, result: pq.abc.PGresult, expected: pq.ExecStatus) -> None:
        if result.status == expected:
            return
        if self._pgconn.status == pq.ConnStatus.BAD:
            raise OperationalError(result.get_error_message())
        raise errors.error_from_result(result)

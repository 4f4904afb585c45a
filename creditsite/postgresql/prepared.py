"""A statement that a session keeps prepared, sent by libpq's own call for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Connection, Error, OperationalError, abc, adapters, errors, pq
from psycopg.adapt import PyFormat, Transformer

Row = tuple[Any, ...]
DONE = pq.ExecStatus.COMMAND_OK.value
ROWS = pq.ExecStatus.TUPLES_OK.value


class PreparedStatement:
    """A statement of one session; its parameters stand as `%s`, with no other per cent sign.

    A cursor serves every need there is, and takes longer for that than PostgreSQL takes for a third
    of a spend. Parameters and rows of a statement that is sent again and again always look the
    same; they are adapted as in any cursor (docs/adr/0011).
    """

    def __init__(self, session: Connection[Row], name: str, statement: str) -> None:
        first, *others = statement.split("%s")
        numbered = first + "".join(f"${place}{part}" for place, part in enumerate(others, 1))
        self._name = name.encode()
        self._lock = session.lock
        self._pgconn = session.pgconn
        self._adapting = _adapting(session)
        # The server knows the parameters' types, and reads each from text.
        self._formats = [PyFormat.TEXT] * len(others)
        self._is_new = True
        with self._lock:
            result = self._pgconn.prepare(self._name, numbered.encode())
        if result.status != DONE:
            raise self._error(result)

    def fetch(self, parameters: Sequence[Any]) -> list[Row]:
        """Run the statement in one round trip and return its rows.

        Raises psycopg's errors, as a cursor does.
        """
        values = self._adapting.dump_sequence(parameters, self._formats)
        # Another thread may be closing a cursor that was forgotten.
        with self._lock:
            # Its type leaves out None, which is NULL here as in psycopg's own calls.
            result = self._pgconn.exec_prepared(self._name, values)  # type: ignore[arg-type]
        if result.status != ROWS:
            raise self._error(result)
        # How columns are read is looked up once: they stay as they are.
        self._adapting.set_pgresult(result, set_loaders=self._is_new)
        self._is_new = False
        rows = self._adapting.load_rows(0, result.ntuples, tuple)
        self._adapting.set_pgresult(None, set_loaders=False)
        return rows

    def _error(self, result: pq.abc.PGresult) -> Error:
        if self._pgconn.status == pq.ConnStatus.BAD:
            return OperationalError(result.get_error_message())
        return errors.error_from_result(result)


def _adapting(session: Connection[Row]) -> abc.Transformer:
    # Never executed: holds how values are adapted. Of times Django's own reader, in Python, is
    # made for any zone; psycopg's takes the session's, which is UTC.
    context = session.cursor()
    time = adapters.types["timestamptz"].oid
    reader = adapters.get_loader(time, pq.Format.TEXT)
    assert reader
    context.adapters.register_loader(time, reader)
    return Transformer(context)

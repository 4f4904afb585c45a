"""Django's backend for PostgreSQL, which looks at its socket before it asks the server."""

from __future__ import annotations

import select

from django.db.backends.postgresql import base
from psycopg import OperationalError


class DatabaseWrapper(base.DatabaseWrapper):
    """Saves a kept connection the query that proves it alive at every request.

    A server that ends a session says so on its socket, or closes it. Where nothing has come in
    since the last answer, the session stands as far as `SELECT 1` could tell; where something
    has, Django's own check decides. After an error Django asks the server, as ever.
    """

    # Django's, whose types leave them out.
    health_check_enabled: bool
    health_check_done: bool

    def close_if_health_check_failed(self) -> None:
        due = self.health_check_enabled and not self.health_check_done
        if due and self.connection is not None and self._is_quiet():
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

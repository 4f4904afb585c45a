"""The database backend on a server of its own, which it starts when first asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.backends.postgresql.client import DatabaseClient
from django.db.utils import OperationalError

from creditsite.embedded import server
from creditsite.embedded.cluster import ServerFailed, programs
from creditsite.postgresql import base


class EmbeddedClient(DatabaseClient):
    """`manage.py dbshell` with the embedded server's own psql."""

    def runshell(self, parameters: Iterable[str]) -> None:
        self.connection.get_connection_params()
        self.executable_name = str(programs() / "psql")
        DatabaseClient.executable_name = self.executable_name
        super().runshell(list(parameters))


class DatabaseWrapper(base.DatabaseWrapper):
    """The PostgreSQL backend on the server of `DATA_DIR/postgres`.

    `CLUSTER` in the database's settings names another folder. The server starts at the first
    connection and stops with the last process that used it; nothing starts it before.
    """

    client_class = EmbeddedClient

    def get_connection_params(self) -> dict[str, Any]:
        cluster = self.settings_dict.get("CLUSTER") or settings.DATA_DIR / "postgres"
        try:
            running = server.start(cluster, self.settings_dict.get("SERVER_OPTIONS"))
        except ServerFailed as error:
            raise OperationalError(str(error)) from error
        self.settings_dict["HOST"] = running.host
        self.settings_dict["PORT"] = str(running.port)
        name = self.settings_dict["NAME"]
        if name and name not in _known:
            server.ensure_database(running, name)
            _known.add(name)
        return super().get_connection_params()


_known = {"postgres"}

"""What a run works on: a PostgreSQL server, its databases, and the clients that load them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from benchmarks.crew import Crew, Work
from benchmarks.measure import Side
from creditsite.embedded import server

TEMPLATE = "template"
Session = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True)
class Database:
    """A database of the run."""

    name: str
    url: str

    def connect(self) -> Session:
        """Return a session of its own, each statement its own transaction."""
        return psycopg.connect(self.url, autocommit=True)

    def use(self) -> None:
        """Point this process's Django connection at the database."""
        from django.db import connection, connections

        connections.close_all()
        connections.settings["default"]["NAME"] = self.name
        connection.settings_dict["NAME"] = self.name

    def entries(self) -> int:
        """Return how many ledger entries there are, as the wallets number them."""
        with self.connect() as session:
            row = session.execute("SELECT coalesce(sum(sequence), 0) FROM wallet_wallet").fetchone()
        assert row
        return int(row[0])

    def settle(self) -> None:
        """Write and sort out what preparing left to do, so that no round pays for it."""
        with self.connect() as session:
            session.execute("VACUUM (ANALYZE)")
            session.execute("CHECKPOINT")


@dataclass
class Stage:
    """The server of a run. `scale` makes what is prepared smaller for a quick run."""

    folder: Path
    server_url: str
    scale: float = 1.0
    crew: Crew = field(default_factory=Crew)
    _made: list[str] = field(default_factory=list)

    def database(self, label: str, *, filled: bool = True) -> Database:
        """Make a database: a copy of the migrated one with wallets, or an empty one."""
        made = self.named(label)
        template = self.named(TEMPLATE).name if filled else "template0"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        with psycopg.connect(self.server_url, autocommit=True) as session:
            session.execute(statement.format(sql.Identifier(made.name), sql.Identifier(template)))
        self._made.append(made.name)
        return made

    def named(self, label: str) -> Database:
        """Return the run's database of that label, which may not exist yet."""
        name = f"creditsite_bench_{os.getpid()}_{label}"
        return Database(name, urlsplit(self.server_url)._replace(path=f"/{name}").geturl())

    def drop(self, database: Database) -> None:
        """Delete a database with whoever is still connected to it."""
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        with psycopg.connect(self.server_url, autocommit=True) as session:
            session.execute(statement.format(sql.Identifier(database.name)))
        self._made.remove(database.name)

    def load(self, name: str, work: Work, *, ledger: Database | None = None) -> Side:
        """Return the side on which the crew does this work."""
        return Side(name, lambda seconds: self.crew.run(work=work, seconds=seconds), ledger)

    @contextmanager
    def borrowed(self, label: str) -> Iterator[Database]:
        """Make a filled database for one measurement; it is deleted afterwards."""
        made = self.database(label)
        try:
            made.use()
            yield made
        finally:
            from django.db import connections

            connections.close_all()
            self.drop(made)

    def close(self) -> None:
        """End the clients and delete what is left of the databases."""
        self.crew.close()
        for name in list(self._made):
            self.drop(Database(name, ""))


@contextmanager
def opened(*, scale: float) -> Iterator[Stage]:
    """Open a stage on a new server in a temporary folder, or on BENCH_DATABASE_URL's."""
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="creditsite-bench-")))
        url = os.environ.get("BENCH_DATABASE_URL", "")
        if not url:
            # The options of `make run`: PostgreSQL's own defaults where it counts, all durable.
            running = server.start(folder / "postgres")
            ending.callback(server.stop, folder / "postgres")
            url = running.url("postgres")
        stage = Stage(folder, url, scale)
        ending.callback(stage.close)
        yield stage

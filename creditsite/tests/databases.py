"""Test databases: a template built once per state of the migrations, then copied."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql

from creditsite.settings.environment import BASE_DIR

TEMPLATE_PREFIX = "creditsite_test_template_"
RUN_PREFIX = "creditsite_test_run_"
# One number for all who build or copy the template of a server.
TEMPLATE_LOCK = 7_270_114

Session = psycopg.Connection[tuple[Any, ...]]


class TestDatabase:
    """The database of one test process: a copy of the template, deleted at the end.

    The session it holds on the server owns a lock by the database's name, so that others
    can tell databases in use from those a killed run left behind.
    """

    __test__ = False

    def __init__(self) -> None:
        self.name = f"{RUN_PREFIX}{os.getpid()}_{secrets.token_hex(3)}"
        self.template = TEMPLATE_PREFIX + fingerprint()
        self.session = connect_to_server()

    def create(self) -> None:
        """Copy the template, built first where it is missing, and let Django use the copy."""
        self.session.execute("SELECT pg_advisory_lock(hashtext(%s))", [self.name])
        self.session.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
        try:
            drop_left_behind(self.session)
            if not exists(self.session, self.template):
                drop_matching(self.session, TEMPLATE_PREFIX)
                build_template(self.session, self.template)
            self._copy()
        finally:
            self.session.execute("SELECT pg_advisory_unlock(%s)", [TEMPLATE_LOCK])
        use_database(self.name)

    def restore(self) -> None:
        """Make the database anew: all rows of migrations back, everything else gone."""
        connections.close_all()
        drop(self.session, self.name)
        self._copy()

    def drop(self) -> None:
        """Delete the database and let go of the server."""
        connections.close_all()
        drop(self.session, self.name)
        self.session.close()

    def _copy(self) -> None:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        self.session.execute(
            statement.format(sql.Identifier(self.name), sql.Identifier(self.template))
        )


def fingerprint() -> str:
    """Return a short hash of all that decides what a migrated database looks like."""
    digest = hashlib.sha256()
    for package in ("Django", "dj-stripe", "django-pgtrigger", "procrastinate"):
        digest.update(f"{package} {version(package)}\n".encode())
    for path in migration_files():
        digest.update(str(path).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def migration_files() -> Iterator[Path]:
    """Yield the migrations, SQL functions and start-up code of every app, and the roles."""
    for app in sorted(apps.get_app_configs(), key=lambda app: app.label):
        folder = Path(app.path)
        yield from sorted((folder / "migrations").rglob("*.py"))
        yield from sorted((folder / "sql").glob("*.sql"))
        yield from folder.glob("apps.py")
    yield from (BASE_DIR / "creditsite" / name for name in ("apps.py", "roles.py"))


def connect_to_server() -> Session:
    """Open a session on the server's own database, beside Django's connections."""
    parameters = connection.get_connection_params()
    for name in ("cursor_factory", "context", "prepare_threshold"):
        parameters.pop(name, None)
    return psycopg.connect(**parameters | {"dbname": "postgres"}, autocommit=True)


def use_database(name: str) -> None:
    """Point Django's connections at another database of the same server."""
    connections.close_all()
    connections.settings["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


def build_template(session: Session, name: str) -> None:
    """Migrate a new database, then give it its name: a template is whole or absent."""
    draft = f"{name}_building"
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'")
    session.execute(statement.format(sql.Identifier(draft)))
    use_database(draft)
    call_command("migrate", verbosity=0, interactive=False)
    connections.close_all()
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    session.execute(rename.format(sql.Identifier(draft), sql.Identifier(name)))


def exists(session: Session, name: str) -> bool:
    """Tell whether the server has the database."""
    found = session.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    return found.fetchone() is not None


def drop(session: Session, name: str) -> None:
    """Delete a database with whoever is still connected to it."""
    session.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def drop_matching(session: Session, prefix: str) -> None:
    """Delete every database whose name begins with `prefix`."""
    for name in names(session, prefix):
        drop(session, name)


def drop_left_behind(session: Session) -> None:
    """Delete the databases of runs that were killed."""
    for name in names(session, RUN_PREFIX):
        row = session.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [name]).fetchone()
        if row and row[0]:
            drop(session, name)
            session.execute("SELECT pg_advisory_unlock(hashtext(%s))", [name])


def names(session: Session, prefix: str) -> list[str]:
    """Return the names of the server's databases that begin with `prefix`."""
    found = session.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix]
    )
    return [name for (name,) in found.fetchall()]

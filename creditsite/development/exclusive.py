"""One run at a time in a data folder, on ports nobody else uses."""

from __future__ import annotations

import fcntl
import os
import socket
import time
from pathlib import Path

import psutil

from creditsite.development.plan import CannotRun, Plan

# What a killed run leaves behind ends by itself within this time.
PATIENCE_SECONDS = 12


class RunLock:
    """Held while a run lasts. The file names the process, and is empty after a clean end."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "run.lock"
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Take the lock or raise CannotRun; return whether the last run ended uncleanly."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            last = os.pread(descriptor, 20, 0).decode()
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if _is_alive(last) or time.monotonic() > deadline:
                    raise CannotRun(
                        f"The site runs already from {self.path.parent} (process {last}). "
                        "Stop it, or set DATA_DIR, PORT and SANDBOX_PORT for a second one."
                    ) from None
                time.sleep(0.2)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        self._descriptor = descriptor
        return bool(last)

    def release(self) -> None:
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None


def check_ports(plan: Plan, *, wait: bool) -> None:
    """Raise CannotRun where a port is taken; with `wait`, after giving its owner time to end."""
    deadline = time.monotonic() + (PATIENCE_SECONDS if wait else 0)
    for variable, port in (("PORT", plan.port), ("SANDBOX_PORT", plan.sandbox_port)):
        while port and not _is_free(port):
            if time.monotonic() > deadline:
                raise CannotRun(
                    f"Port {port} is taken{_by_whom(port)}. Stop what uses it, "
                    f"or set {variable} to another port: {variable}={port + 1} make run"
                )
            time.sleep(0.2)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as error:
            raise CannotRun(f"Port {port} needs more rights than you have: {error}.") from error
        except OSError:
            return False
    return True


def _by_whom(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN
            if listens and connection.pid and connection.laddr.port == port:
                return f" by process {connection.pid} ({psutil.Process(connection.pid).name()})"
    except psutil.Error:
        pass
    return ""


def _is_alive(process_id: str) -> bool:
    return process_id.isdecimal() and psutil.pid_exists(int(process_id))

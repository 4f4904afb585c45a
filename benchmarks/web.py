"""The site's own server program, and the clients that keep a connection to it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.crew import BASE_DIR
from benchmarks.stage import Database, Stage
from creditsite.development.plan import Plan
from creditsite.development.processes import commands

START_SECONDS = 60
STOP_SECONDS = 10
LAST_LINES = 10
LINE_END = b"\r\n"
MOST_AT_ONCE = 1 << 20


class Unanswered(Exception):
    """The server closed the connection or answered what no client could read."""


class HttpClient:
    """One kept connection; a request is one write, so that the client costs little."""

    def __init__(self, port: int) -> None:
        self._host = f"127.0.0.1:{port}"
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """Send the body as JSON and return status and body of the answer."""
        lines = [f"POST {path} HTTP/1.1", f"Host: {self._host}"]
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        return self._answer()

    def expect(self, path: str, body: bytes, headers: dict[str, str]) -> bytes:
        """Post and return the answer's body; anything but success raises with it."""
        status, answer = self.post(path, body, headers)
        if status not in (200, 201):
            raise Unanswered(f"{path} answered {status}: {answer.decode(errors='replace')}")
        return answer

    def _answer(self) -> tuple[int, bytes]:
        received = b""
        while LINE_END * 2 not in received:
            received += self._more()
        head, _, body = received.partition(LINE_END * 2)
        length = _content_length(head)
        while len(body) < length:
            body += self._more()
        return int(head.split(b" ", 2)[1]), body

    def _more(self) -> bytes:
        received = self._socket.recv(MOST_AT_ONCE)
        if not received:
            raise Unanswered("The server closed the connection.")
        return received


def _content_length(head: bytes) -> int:
    for line in head.split(LINE_END)[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise Unanswered(f"An answer without a length: {head.decode(errors='replace')}")


@contextmanager
def serving(stage: Stage, *, database: Database, settings: str) -> Iterator[int]:
    """Serve with the program and options of `make run`; yield the port."""
    plan = Plan(stage.folder / "data", _free_port(), None)
    environment = os.environ | plan.environment()
    (plan.data / "static").mkdir(parents=True, exist_ok=True)
    environment |= {"DJANGO_SETTINGS_MODULE": settings, "DATABASE_URL": database.url}
    # The nurse ends the server when this process is gone, however that ended.
    nurse = [sys.executable, "-m", "creditsite.development.nurse", "web", str(os.getpid())]
    log = stage.folder / f"web-{plan.port}.log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            [*nurse, *commands(plan)["web"]],
            cwd=BASE_DIR,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_ready(process, plan.port, log)
        yield plan.port
    finally:
        # The nurse and what it nurses: the whole group, as at the end of `make run`.
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until the server answers, whatever it is."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            HttpClient(port).post("/health", b"", {})
            return
        except (OSError, Unanswered):
            time.sleep(0.1)
        if process.poll() is not None or time.monotonic() > deadline:
            lines = log.read_text(errors="replace").splitlines()[-LAST_LINES:]
            raise Unanswered("\n".join(["The server did not start:", *lines]))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port

"""The Stripe sandbox as a process of its own, as in `make run`."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

BASE_DIR = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 30


@dataclass(frozen=True)
class StripeSandbox:
    """A running sandbox. Tests keep apart by using an API key of their own each."""

    url: str


def free_port() -> int:
    """Return a TCP port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def stripe_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StripeSandbox]:
    """Start a sandbox for this test process; it ends with it."""
    folder = tmp_path_factory.mktemp("stripe-sandbox")
    port = free_port()
    sandbox = StripeSandbox(f"http://127.0.0.1:{port}")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "stripe_sandbox"),
                *("--host", "127.0.0.1", "--port", str(port)),
                *("--state", str(folder / "state.json")),
            ],
            cwd=BASE_DIR,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_healthy(sandbox, process, folder / "log")
        yield sandbox
    finally:
        process.terminate()
        process.wait(10)


def _wait_until_healthy(
    sandbox: StripeSandbox, process: subprocess.Popen[bytes], log: Path
) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{sandbox.url}/_sandbox/health", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"the Stripe sandbox did not start:\n{log.read_text()}")

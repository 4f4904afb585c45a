"""`make run` as a whole: start, buy, kill the worker, stop, start again, kill everything."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from creditsite.tests.sandbox_fixtures import (
    BASE_DIR,
    free_port,
    refuse_what_stripe_does_not_know,
)
from creditsite.tests.stripe_requests import RequestWatch

READY_SECONDS = 180
SECOND_START_SECONDS = 60
# A killed worker's job is taken up after its heartbeat has been missing for a while.
CREDITED_SECONDS = 60
STOP_SECONDS = 20


class Run:
    """One run of the site in a data folder of its own."""

    def __init__(self, folder: Path, ports: tuple[int, int]) -> None:
        self.folder = folder
        unwanted = ("DATABASE_URL", "STRIPE_API_BASE", "STRIPE_TEST_SECRET_KEY", "SITE_URL")
        environment = {name: value for name, value in os.environ.items() if name not in unwanted}
        environment |= {"DATA_DIR": str(folder), "PYTHONPATH": str(BASE_DIR)}
        environment |= {"PORT": str(ports[0]), "SANDBOX_PORT": str(ports[1])}
        with (folder / "output").open("ab") as output:
            self.process = psutil.Popen(
                [sys.executable, "-m", "creditsite.development.run"],
                cwd=BASE_DIR,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started: list[psutil.Process] = []
        self.demo: dict[str, Any] = {}

    def wait_until_ready(self, seconds: float) -> None:
        """Wait for demo.json, which appears when the site can be used."""
        file = self.folder / "demo.json"
        assert wait_for(lambda: file.exists() or not self.process.is_running(), seconds), (
            self.said()
        )
        assert file.exists(), self.said()
        self.demo = json.loads(file.read_text())
        self.started = self.process.children(recursive=True)

    def said(self) -> str:
        return (self.folder / "output").read_text()

    def kill(self) -> None:
        """End the run as a crash would."""
        with suppress(psutil.NoSuchProcess):
            self.process.kill()
            self.process.wait()

    def kill_worker(self) -> None:
        """Kill the worker hard, not the nurse that watches it."""
        for process in self.process.children(recursive=True):
            command = process.cmdline()
            if command[2:4] == ["procrastinate", "worker"]:
                process.kill()
                return
        raise AssertionError("there is no worker")

    def api(self) -> httpx.Client:
        """Return a client with the demo customer's API key."""
        headers = {"Authorization": f"Bearer {self.demo['customer']['api_key']}"}
        return httpx.Client(base_url=f"{self.demo['site']}/api/v1/", headers=headers, timeout=20)

    def balance(self) -> Decimal:
        with self.api() as api:
            return Decimal(api.get("wallet").raise_for_status().json()["balance"])

    def left_over(self) -> list[psutil.Process]:
        """Return what still runs of all that the run started, its database included."""
        mine = [process for process in self.started if process.is_running()]
        on_folder = [process for process in psutil.process_iter() if self._names_folder(process)]
        return [*mine, *on_folder]

    def _names_folder(self, process: psutil.Process) -> bool:
        try:
            return any(str(self.folder) in part for part in process.cmdline())
        except psutil.Error:
            return False


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Return a folder that no other pytest run touches.

    Each run closes the folder all runs share to everybody but root, and with it to the
    account PostgreSQL runs under.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.mark.long
def test_the_site_starts_sells_stops_and_starts_again(tmp_path: Path) -> None:
    ports = (free_port(), free_port())
    first = Run(tmp_path, ports)
    try:
        first.wait_until_ready(READY_SECONDS)
        log_in(first)
        before = first.balance()
        first.kill_worker()
        buy(first, "500")
        assert wait_for(lambda: first.balance() == before + 500, CREDITED_SECONDS)
        refuse_what_stripe_does_not_know(RequestWatch(first.demo["sandbox"]))
        assert stop(first, signal.SIGTERM) == 0, first.said()
    finally:
        first.kill()
    assert_nothing_is_left(first)

    second = Run(tmp_path, ports)
    try:
        second.wait_until_ready(SECOND_START_SECONDS)
        assert second.demo == first.demo
        assert second.balance() == before + 500
        refuse_what_stripe_does_not_know(RequestWatch(second.demo["sandbox"]))
    finally:
        second.kill()
    assert_nothing_is_left(second)
    assert "automatic recovery" not in (tmp_path / "postgres.log").read_text()


def test_a_taken_port_is_said_and_nothing_starts(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        run = Run(tmp_path, (taken.getsockname()[1], free_port()))
        assert run.process.wait(30) == 1
    assert "set PORT to another port" in run.said()
    assert not (tmp_path / "postgres").exists()


def log_in(run: Run) -> None:
    """Log in as the demo customer, as the page's form does."""
    with httpx.Client(base_url=run.demo["site"], follow_redirects=True, timeout=20) as browser:
        browser.get("/account/login/").raise_for_status()
        form = {
            "csrfmiddlewaretoken": browser.cookies["csrftoken"],
            "login": run.demo["customer"]["email"],
            "password": run.demo["customer"]["password"],
        }
        page = browser.post("/account/login/", data=form).raise_for_status()
        assert page.url.path == "/wallet/"


def buy(run: Run, credits: str) -> None:
    """Start a checkout and pay it in the sandbox."""
    with run.api() as api:
        checkout = api.post("checkouts", json={"credits": credits}).raise_for_status().json()
    session = checkout["url"].rsplit("/", 1)[-1]
    httpx.post(
        f"{run.demo['sandbox']}/_sandbox/checkout/sessions/{session}/pay",
        json={"card": "4242424242424242"},
        timeout=20,
    ).raise_for_status()


def stop(run: Run, number: signal.Signals) -> int:
    run.process.send_signal(number)
    code: int = run.process.wait(STOP_SECONDS)
    return code


def assert_nothing_is_left(run: Run) -> None:
    assert wait_for(lambda: not run.left_over(), STOP_SECONDS), run.left_over()
    log = (run.folder / "postgres.log").read_text().splitlines()
    assert log[-1].endswith("database system is shut down")


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait until the condition holds; return whether it did in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.2)
    return False

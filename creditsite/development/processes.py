"""The processes of a run under honcho, and the work that needs them running."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from typing import Any

from honcho.manager import Manager

from creditsite.development.plan import BASE_DIR, CannotRun, Plan
from creditsite.development.steps import say, step

WEB_PROCESSES = 2
WEB_THREADS = 4
START_SECONDS = 90


class Site(Manager):  # type: ignore[misc]  # honcho has no types
    """All processes of a run. When one gives up, all end."""

    def __init__(self, plan: Plan, environment: dict[str, str]) -> None:
        super().__init__()
        self.plan = plan
        self.environment = environment
        self.asked_to_stop = False
        self.failed = False
        self._command: subprocess.Popen[str] | None = None
        for name, command in commands(plan).items():
            nurse = [sys.executable, "-m", "creditsite.development.nurse"]
            words = [*nurse, name, str(os.getpid()), *command]
            self.add_process(name, f"exec {shlex.join(words)}", env=environment, cwd=BASE_DIR)

    def run(self) -> int:
        """Run until told to stop (0) or until a process gives up (its exit code)."""
        self.loop()
        if self._command:
            self._command.kill()
        for process in self._processes.values():
            process["process"].join()
        if self.failed:
            return 1
        return 0 if self.asked_to_stop else self._report_death()

    def terminate(self) -> None:
        if not self._terminating and not self._any_stopped():
            self.asked_to_stop = True
        if self._all_started():
            super().terminate()
        else:
            # honcho knows a process only once it has said that it started.
            threading.Timer(0.2, self.terminate).start()

    def _start(self) -> None:
        super()._start()
        # After the forks: a process with threads must not be forked.
        threading.Thread(target=self._get_ready, daemon=True).start()

    def _report_death(self) -> int:
        for name, process in self._processes.items():
            code: int = process.get("returncode") or 0
            if code > 0:
                say(f"The site stopped because {name} gave up with exit code {code}; see above.")
                return code
        return 1

    def _get_ready(self) -> None:
        try:
            self._prepare()
        except CannotRun as error:
            if not self._terminating:
                say(f"\n{error}")
                self.failed = True
                self.terminate()

    def _prepare(self) -> None:
        draft = self.plan.demo_file.with_suffix(".json.new")
        with step(6, "Starting web, worker" + (" and Stripe sandbox" if self.plan.sandbox else "")):
            if self.plan.sandbox:
                self._wait_for(f"{self.plan.sandbox}/_sandbox/health", "the Stripe sandbox")
            self._wait_for(f"{self.plan.local_address}/health", "the site")
        with step(7, "Setting up Stripe" + (" in the sandbox" if self.plan.sandbox else "")):
            printed = self._manage("setup_stripe", "--base-url", self.plan.local_address)
            if not self.plan.sandbox:
                say(printed)
        with step(8, "Loading demo data"):
            self._manage("load_demo_data", "--output", str(draft))
            self._manage("load_demo_dispute")
        draft.replace(self.plan.demo_file)
        say(welcome(json.loads(self.plan.demo_file.read_text())))

    def _wait_for(self, url: str, what: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and not self._terminating:
            try:
                with urllib.request.urlopen(url, timeout=10):
                    return
            except urllib.error.HTTPError as error:
                raise CannotRun(f"{what} answers {error.code} at {url}; see above.") from error
            except OSError:
                time.sleep(0.1)
        raise CannotRun(f"{what} did not start within {START_SECONDS} s; see above.")

    def _manage(self, *arguments: str) -> str:
        self._command = subprocess.Popen(
            [sys.executable, str(BASE_DIR / "manage.py"), *arguments],
            env=self.environment,
            cwd=BASE_DIR,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        printed, _ = self._command.communicate()
        if self._command.returncode:
            raise CannotRun(f"manage.py {arguments[0]} failed:\n{printed}")
        return printed


def commands(plan: Plan) -> dict[str, list[str]]:
    """Return the command of each process by name."""
    python = sys.executable
    found = {
        "web": [
            *(python, "-m", "granian", "--interface", "wsgi", "--log-level", "warning"),
            *("--host", "127.0.0.1", "--port", str(plan.port)),
            *("--workers", str(WEB_PROCESSES), "--blocking-threads", str(WEB_THREADS)),
            *("--respawn-failed-workers", "--workers-kill-timeout", "3"),
            "creditsite.wsgi:application",
        ],
        "worker": [
            *(python, str(BASE_DIR / "manage.py"), "procrastinate", "worker"),
            *("--shutdown-graceful-timeout", "3"),
        ],
    }
    if plan.sandbox_port:
        found["sandbox"] = [
            *(python, "-m", "stripe_sandbox", "--host", "127.0.0.1"),
            *("--port", str(plan.sandbox_port)),
            *("--state", str(plan.data / "stripe-sandbox.json")),
        ]
    return found


def welcome(demo: dict[str, Any]) -> str:
    """Return what the person needs now: addresses and log-ins."""
    lines = ["", "Creditsite is ready.", "", f"  Site      {demo['site']}"]
    if demo.get("sandbox"):
        lines.append(f"  Stripe    {demo['sandbox']}  (the local sandbox; no money moves)")
    for role, name in (("customer", "Customer"), ("operator", "Operator")):
        person = demo.get(role) or {}
        if person:
            lines.append(f"  {name}  {person['email']}  password: {person['password']}")
    if demo.get("customer", {}).get("api_key"):
        lines.append(f"  API key   {demo['customer']['api_key']}")
    return "\n".join([*lines, "", "Ctrl-C stops it.", ""])

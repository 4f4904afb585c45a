"""Keeps one process of the site alive for as long as the run lasts.

`python -m creditsite.development.nurse NAME RUNNER_PID COMMAND …` starts the command again
when it dies, ends with its exit code after too many deaths in a row, and ends everything it
started when the run's main process is gone, however that ended.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import psutil

LOOK_EVERY_SECONDS = 0.5
QUICK_SECONDS = 10
MOST_QUICK_DEATHS = 5
RESTART_SECONDS = 1.0
STOP_SECONDS = 4


class Nurse:
    """Runs the command in the process group it has to itself."""

    def __init__(self, name: str, runner: int, command: list[str]) -> None:
        self.name = name
        self.command = command
        self.stopping = threading.Event()
        try:
            self.runner: psutil.Process | None = psutil.Process(runner)
        except psutil.NoSuchProcess:
            self.runner = None

    def run(self) -> int:
        """Return the exit code of the run's part: 0 when it was told to stop."""
        signal.signal(signal.SIGTERM, self._on_stop)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        quick_deaths = 0
        while not self.stopping.is_set():
            began = time.monotonic()
            code = self._run_once()
            self._end_group()
            if self.stopping.is_set():
                break
            lasted = time.monotonic() - began
            quick_deaths = quick_deaths + 1 if lasted < QUICK_SECONDS else 1
            if quick_deaths >= MOST_QUICK_DEATHS:
                print(f"{self.name} ended {quick_deaths} times in a row, exit code {code}")
                # As a shell gives it: 128 and the number of the signal.
                return 128 - code if code < 0 else code or 1
            print(f"{self.name} ended with exit code {code}; starting it again", flush=True)
            time.sleep(RESTART_SECONDS)
        return 0

    def _run_once(self) -> int:
        process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL)
        while True:
            try:
                return process.wait(LOOK_EVERY_SECONDS)
            except subprocess.TimeoutExpired:
                if self.runner is None or not self.runner.is_running():
                    self.stopping.set()
                    process.terminate()
                    self._wait_or_kill(process)

    def _wait_or_kill(self, process: subprocess.Popen[bytes]) -> None:
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()

    def _end_group(self) -> None:
        """End what the command left behind: a server killed hard leaves its workers."""
        for process in psutil.process_iter():
            try:
                if process.pid != os.getpid() and os.getpgid(process.pid) == os.getpgrp():
                    process.kill()
            except (ProcessLookupError, PermissionError, psutil.Error):
                continue

    def _on_stop(self, *_: object) -> None:
        # The whole group was told, the command too.
        self.stopping.set()


if __name__ == "__main__":
    sys.exit(Nurse(sys.argv[1], int(sys.argv[2]), sys.argv[3:]).run())

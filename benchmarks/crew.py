"""The clients: processes with threads that do one operation again and again."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any

from benchmarks.measure import Sample

BASE_DIR = Path(__file__).resolve().parent.parent
# An operation does some units of work and returns how many.
Operation = Callable[[], int]


class ClientFailed(Exception):
    """A client could not do its work; the message is its traceback."""


@dataclass(frozen=True)
class Work:
    """What each client does: `begin(client=number, **arguments)` returns its operation.

    `begin` is a function of a module, because it is sent to other processes by name. Every
    thread is a client; eight of them together unless told otherwise.
    """

    begin: Callable[..., Operation]
    database: str
    arguments: dict[str, Any] = field(default_factory=dict)
    processes: int = 8
    threads: int = 1


@dataclass(frozen=True)
class Order:
    """Work for one process: the number of its first client, and for how long."""

    work: Work
    first_client: int
    seconds: float


@dataclass(frozen=True)
class Report:
    """What the clients of one process did."""

    units: int
    rate: float
    latencies: list[float]


class Crew:
    """Processes that wait for work. They end with this process, whatever ends it."""

    def __init__(self) -> None:
        self._processes: list[subprocess.Popen[bytes]] = []

    def run(self, *, work: Work, seconds: float) -> Sample:
        """Let all clients work side by side; they begin together."""
        self._hire(work.processes)
        busy = self._processes[: work.processes]
        for number, process in enumerate(busy):
            _send(process, Order(work, number * work.threads, seconds))
        for process in busy:
            _answer(process)
        for process in busy:
            _send(process, "go")
        reports = [_answer(process) for process in busy]
        latencies = [second for report in reports for second in report.latencies]
        return Sample(
            units=sum(report.units for report in reports),
            rate=sum(report.rate for report in reports),
            p95_ms=percentile_95(latencies) * 1000,
        )

    def close(self) -> None:
        """End all processes, working or not."""
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.communicate()
        self._processes = []

    def _hire(self, count: int) -> None:
        while len(self._processes) < count:
            self._processes.append(
                subprocess.Popen(
                    [sys.executable, "-m", "benchmarks.client"],
                    cwd=BASE_DIR,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    # Ctrl-C in the terminal is for the run, which then ends its clients.
                    start_new_session=True,
                    env=os.environ | {"PYTHONPATH": str(BASE_DIR)},
                )
            )


def percentile_95(values: list[float]) -> float:
    """Return what 95 of 100 values stay below."""
    few = 2
    return max(values) if len(values) < few else quantiles(values, n=20)[-1]


def _send(process: subprocess.Popen[bytes], message: object) -> None:
    assert process.stdin
    pickle.dump(message, process.stdin)
    process.stdin.flush()


def _answer(process: subprocess.Popen[bytes]) -> Any:
    assert process.stdout
    try:
        answer = pickle.load(process.stdout)
    except EOFError:
        raise ClientFailed("A client ended without an answer; see above.") from None
    if isinstance(answer, str):
        raise ClientFailed(answer)
    return answer

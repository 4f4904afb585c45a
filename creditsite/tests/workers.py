"""Real processes that work on the tests' database at the same moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence

import pytest

from creditsite.settings.environment import BASE_DIR

Worker = subprocess.Popen[str]
StartWorkers = Callable[..., list[Worker]]


@pytest.fixture
def start_workers(database_url: str) -> Iterator[StartWorkers]:
    """Start `python -m module …` once for each task, whose words follow; all begin together.

    A worker says `ready`, waits for a line, works, and prints what it was answered.
    """
    started: list[Worker] = []
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "creditsite.settings",
    }

    def start(module: str, *tasks: Sequence[object]) -> list[Worker]:
        workers = [
            subprocess.Popen(
                [sys.executable, "-m", module, *map(str, words)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=environment,
                cwd=BASE_DIR,
            )
            for words in tasks
        ]
        started.extend(workers)
        for worker in workers:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "ready\n"
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write("go\n")
            worker.stdin.flush()
        return workers

    yield start
    for worker in started:
        worker.kill()
        worker.communicate()


def answers(workers: list[Worker]) -> list[list[str]]:
    """Return the lines of each worker once it is done; none may have met an error."""
    lines = [worker.communicate(timeout=60)[0].splitlines() for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * len(workers)
    return lines


def kill(workers: list[Worker]) -> list[list[str]]:
    """Kill the workers at once and return what they were told: their whole lines."""
    for worker in workers:
        worker.send_signal(signal.SIGKILL)
    printed = [worker.communicate()[0].splitlines(keepends=True) for worker in workers]
    return [[line for line in lines if line.endswith("\n")] for lines in printed]

"""A worker in a test."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest


@pytest.fixture
def run_jobs(transactional_db: None) -> Callable[[], None]:
    """Return a function that runs a worker until no job is due.

    In a thread of its own: a browser keeps an event loop in that of the tests.
    """
    from procrastinate.contrib.django import app

    def work() -> None:
        worker_connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
        with app.replace_connector(worker_connector) as worker:
            worker.run_worker(
                wait=False, concurrency=1, install_signal_handlers=False, listen_notify=False
            )

    def run() -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(work).result()

    return run

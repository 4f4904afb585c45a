"""One process of the crew: `python -m benchmarks.client`, told by pickles on standard input."""

from __future__ import annotations

import os
import pickle
import sys
import threading
import time
import traceback
from typing import Any, BinaryIO

import django
from django.db import connection, connections

from benchmarks.crew import Order, Report

PATIENCE_SECONDS = 60


class Client(threading.Thread):
    """A client with a database connection of its own, made before the clock starts."""

    def __init__(self, *, order: Order, number: int, start: threading.Barrier) -> None:
        super().__init__(daemon=True)
        self.order = order
        self.number = number
        self.start_line = start
        self.units = 0
        self.elapsed = 0.0
        self.latencies: list[float] = []
        self.failure = ""

    def run(self) -> None:
        try:
            self._work()
        except Exception:  # noqa: BLE001  (whatever it is, the run has to hear of it)
            self.failure = traceback.format_exc()
            self.start_line.abort()
        finally:
            connections.close_all()

    def _work(self) -> None:
        connection.ensure_connection()
        operation = self.order.work.begin(client=self.number, **self.order.work.arguments)
        self.start_line.wait(PATIENCE_SECONDS)
        # Again, once the other processes are ready too.
        self.start_line.wait(PATIENCE_SECONDS)
        began = now = time.perf_counter()
        while now - began < self.order.seconds:
            self.units += operation()
            after = time.perf_counter()
            self.latencies.append(after - now)
            now = after
        self.elapsed = now - began


def carry_out(order: Order, orders: BinaryIO, answers: BinaryIO) -> object:
    """Let the process's clients work; return their report, or the traceback of one that failed."""
    connections.close_all()
    connections.settings["default"]["NAME"] = order.work.database
    start = threading.Barrier(order.work.threads + 1)
    clients = [
        Client(order=order, number=order.first_client + index, start=start)
        for index in range(order.work.threads)
    ]
    for client in clients:
        client.start()
    try:
        start.wait(PATIENCE_SECONDS)
        answer(answers, None)
        pickle.load(orders)
        start.wait(PATIENCE_SECONDS)
    except threading.BrokenBarrierError:
        pass
    for client in clients:
        client.join()
    failures = [client.failure for client in clients if client.failure]
    if failures:
        return min(failures, key=lambda text: "BrokenBarrierError" in text)
    return Report(
        units=sum(client.units for client in clients),
        rate=sum(client.units / client.elapsed for client in clients),
        latencies=[second for client in clients for second in client.latencies],
    )


def answer(answers: BinaryIO, message: Any) -> None:
    """Send an answer to the run."""
    pickle.dump(message, answers)
    answers.flush()


def main() -> None:
    """Carry out orders until the run ends, which closes our standard input."""
    orders = sys.stdin.buffer
    # What the work prints must not get between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    django.setup()
    while True:
        try:
            order = pickle.load(orders)
        except EOFError:
            return
        # "go" is what a failed order left unread.
        if isinstance(order, Order):
            answer(answers, carry_out(order, orders, answers))


if __name__ == "__main__":
    main()

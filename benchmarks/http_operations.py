"""What HTTP clients do again and again, made for one client by a `begin` of the crew's work."""

from __future__ import annotations

import hmac
import json
import random
import time
from collections.abc import Callable
from hashlib import sha256

from benchmarks.crew import Operation, Work
from benchmarks.operations import BATCH, new_keys
from benchmarks.population import SERVICE
from benchmarks.stage import Database
from benchmarks.stripe_event import event_text
from benchmarks.web import HttpClient

# As many connections as the server has threads.
PROCESSES, THREADS = 2, 4


def work(begin: Callable[..., Operation], database: Database, **arguments: object) -> Work:
    """Return the work of eight connections."""
    return Work(begin, database.name, arguments, processes=PROCESSES, threads=THREADS)


def posting_spends(
    *, client: int, port: int, path: str, authorization: str, wallets: list[int]
) -> Operation:
    """Post one spend from a random wallet; the answer must be 201."""
    connection, keys = HttpClient(port), new_keys()

    def operation() -> int:
        asked = {"wallet": random.choice(wallets), "service": SERVICE, "quantity": "1"}
        connection.expect(
            path,
            json.dumps(asked).encode(),
            {"Authorization": authorization, "Idempotency-Key": next(keys)},
        )
        return 1

    return operation


def posting_batches(
    *, client: int, port: int, path: str, authorization: str, wallets: list[int]
) -> Operation:
    """Post a hundred spends in one request."""
    connection, keys = HttpClient(port), new_keys()

    def operation() -> int:
        items = [
            {
                "wallet": random.choice(wallets),
                "service": SERVICE,
                "quantity": "1",
                "key": next(keys),
                "metadata": {},
            }
            for _ in range(BATCH)
        ]
        body = json.dumps({"items": items}).encode()
        connection.expect(path, body, {"Authorization": authorization})
        return BATCH

    return operation


def posting_events(*, client: int, port: int, path: str, secret: str) -> Operation:
    """Deliver a new event, signed as Stripe signs."""
    connection, keys = HttpClient(port), new_keys()

    def operation() -> int:
        body = event_text(next(keys)).encode()
        moment = str(int(time.time()))
        signed = hmac.new(secret.encode(), f"{moment}.".encode() + body, sha256).hexdigest()
        connection.expect(path, body, {"Stripe-Signature": f"t={moment},v1={signed}"})
        return 1

    return operation

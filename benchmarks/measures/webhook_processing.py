"""Events of the inbox processed by two workers: payments that grant credits, against events that
ask for nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from django.db import transaction

from benchmarks.crew import BASE_DIR
from benchmarks.measure import Contest, Figure, Measure, Sample, Side
from benchmarks.population import wallet_ids
from benchmarks.stage import Database, Stage
from benchmarks.stripe_event import event_text
from billing.jobs import defer_processing
from billing.models import StripeEvent, TopUp
from creditsite.kernel import clock

WORKERS = 2
FIRST_BACKLOG = 40
PAYMENT, NOTHING = "checkout.session.completed", "product.created"
CREDITS, CENTS = Decimal(500), 4500
QUOTE = {"credits": "500", "total_cents": CENTS, "currency": "usd", "lines": []}


@contextmanager
def prepare(stage: Stage) -> Iterator[Contest]:
    with ExitStack() as ending:
        payments = ending.enter_context(stage.borrowed("payments"))
        nothing = ending.enter_context(stage.borrowed("nothing"))
        for database in (payments, nothing):
            ending.enter_context(_workers(stage, database))
        yield Contest(
            [
                Side("payments processed", _Backlog(payments, PAYMENT).work_off, payments),
                Side("events that ask for nothing", _Backlog(nothing, NOTHING).work_off),
            ]
        )


@contextmanager
def _workers(stage: Stage, database: Database) -> Iterator[None]:
    """Keep workers running on a database; while they have nothing to do they cost nothing."""
    environment = os.environ | {"DATABASE_URL": database.url}
    command = [sys.executable, "manage.py", "procrastinate", "worker", "--concurrency", "4"]
    with (stage.folder / f"workers-{database.name}.log").open("wb") as log:
        running = [
            subprocess.Popen(
                command, cwd=BASE_DIR, env=environment, stdout=log, stderr=subprocess.STDOUT
            )
            for _ in range(WORKERS)
        ]
    try:
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(30)


class _Backlog:
    """Events of one type that workers find all at once, as many as they can do in a turn."""

    def __init__(self, database: Database, kind: str) -> None:
        self.database = database
        self.kind = kind
        self.size = FIRST_BACKLOG

    def work_off(self, seconds: float) -> Sample:
        """Have a backlog processed, and make the next one last for about so many seconds."""
        self.database.use()
        size = self.size
        done = StripeEvent.objects.exclude(state="received").count() + size
        with transaction.atomic():
            self._fill(size)
        began = time.perf_counter()
        while StripeEvent.objects.exclude(state="received").count() < done:
            time.sleep(0.01)
        elapsed = time.perf_counter() - began
        assert not StripeEvent.objects.filter(state="dead").exists()
        self.size = max(FIRST_BACKLOG, int(size / elapsed * seconds))
        return Sample(units=size, rate=size / elapsed)

    def _fill(self, size: int) -> None:
        """Keep events as they are received, each with its job; their mirroring is done."""
        now, wallets = clock.now(), wallet_ids()
        for number in range(size):
            top_up = self._top_up(wallets[number % len(wallets)])
            name = uuid4().hex
            payload = json.loads(event_text(name))
            payload["type"] = self.kind
            payload["data"]["object"] |= {
                "amount_total": CENTS,
                "metadata": {"top_up": str(top_up.pk)},
                "customer": f"cus_{name}",
            }
            event = StripeEvent.objects.create(
                event_id=f"evt_{name}",
                type=self.kind,
                created=now,
                livemode=False,
                stripe_customer_id=f"cus_{name}",
                payload=payload,
                mirrored_at=now,
            )
            defer_processing(event)

    def _top_up(self, wallet_id: int) -> TopUp:
        now = clock.now()
        return TopUp.objects.create(
            wallet_id=wallet_id,
            credits=CREDITS,
            quote=QUOTE,
            total_cents=CENTS,
            currency="usd",
            actor="system:bench",
            created_at=now,
            expires_at=now + timedelta(minutes=30),
        )


MEASURE = Measure(
    name="webhook_processing",
    unit="events/s",
    figures=(
        Figure(
            "payments processed by 2 workers / events that ask for nothing",
            "payments processed",
            "events that ask for nothing",
        ),
        Figure("payments processed by 2 workers, events/s", "payments processed"),
    ),
    prepare=prepare,
)

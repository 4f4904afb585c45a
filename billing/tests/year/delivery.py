"""How what Stripe tells comes to the site: in order and at once, or on a bad year."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from billing.actions import process_stripe_event
from billing.errors import PlanUnchanged, StripeUnavailable
from billing.models import StripeEvent
from billing.tests.stripe_account import Deliveries, StripeAccount
from billing.webhooks.handlers import EVENT_TYPES, handle_event

Json = dict[str, Any]
Result = TypeVar("Result")
BASE_DIR = Path(__file__).resolve().parents[3]
MOST_TRIES = 12
# Of how many things done some call to Stripe fails, or its answer is lost.
FAULTS = 0.06


class Delivery:
    """Brings every event once, in order, and processes it at once; nothing fails."""

    def __init__(self, account: StripeAccount, deliveries: Deliveries) -> None:
        self.account = account
        self.deliveries = deliveries
        self.last = ""

    def told(self) -> list[Json]:
        """Return what Stripe has told since the last look, oldest first."""
        # At the first look there is nothing to begin after, and a page is the newest ones only.
        found = [] if self.last else self.account.all_events()
        self.last = found[-1]["id"] if found else self.last
        while self.last:
            newer = {"ending_before": self.last}
            page = self.account.call("GET", "/v1/events", params={"limit": 100} | newer)
            found += reversed(page["data"])
            if page["data"]:
                self.last = page["data"][0]["id"]
            if not page["has_more"]:
                break
        return [event for event in found if event["type"] in EVENT_TYPES]

    def some(self) -> None:
        """Bring what has come about in the middle of a month."""
        self.all()

    def all(self) -> None:
        """Bring everything, and see it through."""
        self.bring(self.told())
        self.process()

    def bring(self, events: list[Json]) -> None:
        for event in events:
            assert self.deliveries.bring(event).status_code == 200

    def process(self) -> None:
        while waiting := list(_waiting()):
            for key in waiting:
                self.insist(partial(process_stripe_event, event_id=key, handle=handle_event))

    def insist(self, act: Callable[[], Result]) -> Result | None:
        """Do it, again where Stripe could not be reached, as people and jobs do."""
        for _ in range(MOST_TRIES):
            try:
                return act()
            except StripeUnavailable:
                continue
            except PlanUnchanged:
                # The answer to an earlier press was lost.
                return None
        raise AssertionError("Stripe was never reached.")


def _waiting() -> Iterator[int]:
    rows = StripeEvent.objects.filter(state="received").order_by("pk")
    return iter(rows.values_list("pk", flat=True))


class BadDelivery(Delivery):
    """Shuffles, doubles, holds events back for days, loses answers, kills workers."""

    def __init__(
        self, account: StripeAccount, deliveries: Deliveries, database_url: str, seed: int
    ) -> None:
        super().__init__(account, deliveries)
        self.chance = Random(seed)
        self.held_back: list[Json] = []
        self.database_url = database_url
        self.rounds = 0
        self.killed = 0
        self.done_by_the_killed = 0

    def some(self) -> None:
        events = self._shuffled([*self.held_back, *self.told()])
        half = len(events) // 2
        self.held_back = events[half:]
        self.bring(self._doubled(events[:half]))
        self.process()

    def all(self) -> None:
        events = self._shuffled([*self.held_back, *self.told()])
        self.held_back = []
        self.bring(self._doubled(events))
        self.rounds += 1
        if self.rounds % 4 == 0:
            self._process_with_workers_that_die()
        self.process()

    def insist(self, act: Callable[[], Result]) -> Result | None:
        if self.chance.random() < FAULTS:
            times = self.chance.randint(1, 4)
            if self.chance.random() < 0.5:
                self.account.switch(api_failure={"status": 503, "times": times})
            else:
                self.account.switch(lose_answers={"times": times})
        try:
            return super().insist(act)
        finally:
            self.account.switch(api_failure=None, lose_answers=None)

    def _shuffled(self, events: list[Json]) -> list[Json]:
        return self.chance.sample(events, len(events))

    def _doubled(self, events: list[Json]) -> list[Json]:
        return self._shuffled([*events, *self.chance.choices(events, k=len(events) // 4)])

    def _process_with_workers_that_die(self) -> None:
        for _ in range(2):
            before = sum(1 for _ in _waiting())
            workers = [self._start_worker() for _ in range(2)]
            deadline = time.monotonic() + 30
            while sum(1 for _ in _waiting()) > before * 0.7 and time.monotonic() < deadline:
                time.sleep(0.02)
            for worker in workers:
                worker.send_signal(signal.SIGKILL)
                worker.wait(10)
                self.killed += 1
            self.done_by_the_killed += before - sum(1 for _ in _waiting())
        # What they held is free for the next; their jobs are done by hand below.
        ProcrastinateJob.objects.filter(status="doing").update(status="failed")

    def _start_worker(self) -> subprocess.Popen[bytes]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
            (now,) = cursor.fetchone()
        return subprocess.Popen(
            [sys.executable, "-m", "billing.tests.year.worker", "--delete-jobs", "never"],
            cwd=BASE_DIR,
            env=os.environ
            | {
                "DATABASE_URL": self.database_url,
                "STRIPE_API_BASE": self.account.url,
                "MOVED_TO": str(now),
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

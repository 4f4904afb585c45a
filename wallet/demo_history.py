"""Three months of a demo customer's life, posted by the real actions at moments of the past."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from operator import itemgetter
from random import Random

from django.db import connection, transaction

from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from creditsite.kernel.idempotency import internal_key
from wallet.actions import grant_credits, reverse_spend, spend_credits
from wallet.actions.ledger_hours import forget_hours
from wallet.models import GrantSource, LedgerEntry, Wallet

ACTOR = Actor.system("demo")
DEMO_SPAN = timedelta(days=91)
SATURDAY = 5
WORKING_MINUTES = range(7 * 60, 19 * 60)
REST_AT_WEEKENDS = 0.7
SENT_TWICE = 0.02
NOTICED = timedelta(minutes=50)
# service, its least and largest quantity, what runs are for, of a hundred runs how many fail
JOBS = (
    ("workflow-run", 2, 8, "Nightly import", 2),
    ("web-scraping", 20, 90, "Price watch", 14),
    ("text-extraction", 1, 4, "Supplier invoices", 3),
    ("ai-summary", 1, 3, "Weekly digest", 2),
)

# Found before PostgreSQL's own function of this name, by this transaction alone. That of another
# could not see it: the schema is gone before anything is committed.
MOVED_CLOCK = """
    CREATE SCHEMA demo_clock;
    CREATE FUNCTION demo_clock.clock_timestamp() RETURNS timestamptz LANGUAGE sql STABLE AS
        $$ SELECT current_setting('demo_clock.now')::timestamptz $$;
    SET LOCAL search_path = demo_clock, pg_catalog, public;
"""
OWN_CLOCK = "SET LOCAL search_path TO DEFAULT; DROP SCHEMA demo_clock CASCADE"
Move = Callable[[datetime], None]


@dataclass(frozen=True)
class Gift:
    """Credits that come after so many days, and last for some (None: for good)."""

    after: int
    credits: int
    reason: str
    days: int | None = None

    def comes_at(self, since: datetime) -> datetime:
        return since + timedelta(days=self.after)

    def ends_at(self, since: datetime) -> datetime:
        return self.comes_at(since) + timedelta(days=self.days) if self.days else clock.NEVER


GIFTS = (
    Gift(0, 1300, "Welcome credits"),
    Gift(30, 1200, "Credits of the early customers' programme"),
    Gift(61, 1200, "Credits of the early customers' programme"),
    Gift(75, 150, "Sorry for Tuesday's outage", 40),
)


@dataclass(frozen=True)
class Run:
    """A run of a service at a moment, under a key of its own."""

    at: datetime
    service: str
    quantity: Decimal
    metadata: dict[str, str]
    is_again: bool = False

    @property
    def key(self) -> str:
        time = "again" if self.is_again else "first"
        return internal_key("demo", time, self.service, self.at.isoformat())

    def again(self) -> Run:
        """Return the same run, sent once more by mistake."""
        return replace(self, at=self.at + timedelta(minutes=2), is_again=True)


@transaction.atomic
def live_through(*, wallet: Wallet, since: datetime) -> None:
    """Post three months of grants, spends and reversals from a moment until now.

    Does nothing to a wallet that has entries.
    """
    if wallet.sequence:
        return
    runs = _runs(since, Random(7))
    steps = [
        *((gift.comes_at(since), partial(_grant, wallet, gift, since)) for gift in GIFTS),
        *((run.at, partial(_spend, wallet, run)) for run in runs),
        # Of some that were sent twice somebody noticed.
        *((run.at + NOTICED, partial(_reverse, run)) for run in runs[::2] if run.is_again),
    ]
    with _moved_clock() as move:
        for at, step in sorted(steps, key=itemgetter(0)):
            move(at)
            step()
    forget_hours(since=since)


@contextmanager
def _moved_clock() -> Iterator[Move]:
    with connection.cursor() as cursor:
        cursor.execute(MOVED_CLOCK)

        def move(at: datetime) -> None:
            cursor.execute("SELECT set_config('demo_clock.now', %s, TRUE)", [at.isoformat()])

        yield move
        cursor.execute(OWN_CLOCK)


def _runs(since: datetime, dice: Random) -> list[Run]:
    """Return the runs of all days: few at weekends, some that fail, some sent twice."""
    runs = []
    for days in range(DEMO_SPAN.days + 1):
        day = (since + timedelta(days=days)).date()
        for service, least, most, job, failing in JOBS:
            if day.weekday() >= SATURDAY and dice.random() < REST_AT_WEEKENDS:
                continue
            for minutes in dice.sample(WORKING_MINUTES, dice.randint(1, 2)):
                failed = dice.randint(1, 100) <= failing
                run = Run(
                    at=datetime.combine(day, time(), UTC) + timedelta(minutes=minutes),
                    service=service,
                    quantity=Decimal(dice.randint(least, most)),
                    metadata={"job": job, "run": f"{day}-{minutes}"}
                    | ({"outcome": "failed"} if failed else {}),
                )
                runs += [run, run.again()] if dice.random() < SENT_TWICE else [run]
    latest = clock.now() - NOTICED
    return [run for run in runs if since < run.at < latest]


def _grant(wallet: Wallet, gift: Gift, since: datetime) -> None:
    grant_credits(
        wallet=wallet,
        credits=Decimal(gift.credits),
        source=GrantSource.PROMOTION,
        idempotency_key=internal_key("demo", "gift", str(gift.after)),
        actor=ACTOR,
        reason=gift.reason,
        expires_at=gift.ends_at(since),
    )


def _spend(wallet: Wallet, run: Run) -> None:
    spend_credits(
        wallet_id=wallet.pk,
        service=run.service,
        quantity=run.quantity,
        idempotency_key=run.key,
        actor=ACTOR,
        metadata=run.metadata,
    )


def _reverse(run: Run) -> None:
    reverse_spend(
        spend=LedgerEntry.objects.get(idempotency_key=run.key),
        reason="Sent twice by mistake",
        idempotency_key=internal_key("demo", "reverse", run.key),
        actor=ACTOR,
    )

"""The ledger rolled up by hours, and read together with what came since."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO
from threading import Barrier

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from creditsite.kernel import clock
from wallet.actions import Posting, adjust_wallet, reverse_spend, roll_over
from wallet.actions.ledger_hours import forget_hours, roll_up_ledger
from wallet.models import EntryKind, Grant, LedgerEntry, LedgerHour, Wallet
from wallet.tests.conftest import ACTOR, Give
from wallet.tests.older import make_older

Spend = Callable[..., Posting]
pytestmark = pytest.mark.django_db


def summed() -> dict[tuple[str, str], tuple[int, Decimal, int]]:
    """Return entries, credits and cents by kind and origin of all that is rolled up."""
    rows = LedgerHour.objects.values_list("kind", "origin").annotate(
        Sum("entries"), Sum("credits"), Sum("cost_cents")
    )
    return {row[:2]: row[2:] for row in rows}


def later(wallet: Wallet) -> datetime:
    return clock.now() + timedelta(days=90)


def test_what_moved_is_summed_by_kind_and_origin(wallet: Wallet, give: Give, spend: Spend) -> None:
    give("100", cost_cents=1000, expires_at=later(wallet))
    spent = spend("30", "a").entry
    reverse_spend(
        spend=spent, credits=Decimal(10), reason="Half failed", idempotency_key="r", actor=ACTOR
    )
    adjust_wallet(
        wallet=wallet, credits=Decimal(5), reason="Sorry", idempotency_key="s", actor=ACTOR
    )
    roll_over(
        grant=Grant.objects.order_by("pk")[0],
        expires_at=later(wallet) + timedelta(days=30),
        idempotency_key="o",
        reason="Next period",
        actor=ACTOR,
    )
    make_older(1)
    assert roll_up_ledger() == LedgerHour.objects.count()
    assert summed() == {
        (EntryKind.GRANT, "promotion"): (1, 100, 1000),
        (EntryKind.SPEND, ""): (1, -30, -300),
        (EntryKind.REVERSAL, ""): (1, 10, 100),
        (EntryKind.ADJUSTMENT, ""): (1, 5, 0),
        (EntryKind.EXPIRY, "rollover"): (1, -80, -800),
        (EntryKind.GRANT, "rollover"): (1, 80, 800),
    }


def test_hours_that_are_not_well_over_wait(give: Give) -> None:
    give("10")
    assert roll_up_ledger() == 0
    make_older(1)
    assert roll_up_ledger() == 1
    assert roll_up_ledger() == 0


def test_long_pauses_are_passed_over(give: Give, spend: Spend) -> None:
    give("10")
    make_older(400)
    assert roll_up_ledger() == 1
    spend("1", "a")
    make_older(30)
    spend("1", "b")
    make_older(1)
    assert roll_up_ledger() == 2
    assert sum(hour.credits for hour in LedgerHour.objects.all()) == 8


def test_many_weeks_are_rolled_up_at_once(give: Give, spend: Spend) -> None:
    give("10")
    for number in range(5):
        make_older(9)
        spend("1", f"k{number}")
    make_older(1)
    assert roll_up_ledger() == 6
    assert sum(hour.credits for hour in LedgerHour.objects.all()) == 5


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_finds_nothing_left(give: Give, spend: Spend) -> None:
    give("10")
    make_older(20)
    spend("1", "a")
    make_older(1)
    start = Barrier(4)

    def roll_up() -> int:
        start.wait()
        try:
            return roll_up_ledger()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        written = [future.result() for future in [pool.submit(roll_up) for _ in range(4)]]
    assert sum(written) == LedgerHour.objects.count() == 2
    assert summed()[EntryKind.SPEND, ""] == (
        1,
        -1,
        LedgerEntry.objects.get(kind="spend").cost_cents,
    )


def test_hours_are_summed_anew_when_asked(give: Give, spend: Spend) -> None:
    give("10")
    make_older(3)
    spend("1", "a")
    make_older(1)
    roll_up_ledger()
    kept = summed()
    LedgerHour.objects.update(credits=7)
    call_command("roll_up_ledger", verbosity=0, stdout=StringIO())
    assert summed() != kept
    call_command("roll_up_ledger", "--anew", verbosity=0, stdout=StringIO())
    assert summed() == kept
    assert forget_hours(since=clock.now() - timedelta(days=2)) == 1
    assert roll_up_ledger() == 1
    assert summed() == kept


HOUR_FAULTS: dict[str, dict[str, object]] = {
    "ledger_hour_one_per_kind_and_origin": {"kind": "spend"},
    "ledger_hour_kind_known": {"kind": "gift"},
    "ledger_hour_has_entries": {"kind": "grant", "entries": 0},
}


@pytest.mark.parametrize("constraint", HOUR_FAULTS)
def test_the_database_refuses(constraint: str) -> None:
    at = clock.now().replace(minute=0, second=0, microsecond=0)
    row = {"at": at, "kind": "spend", "entries": 1, "credits": Decimal(-1), "cost_cents": 0}
    LedgerHour.objects.create(**row)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        LedgerHour.objects.create(**row | HOUR_FAULTS[constraint])

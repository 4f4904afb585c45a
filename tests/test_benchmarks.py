"""The reference the benchmarks measure us against does what our own spend does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from benchmarks.references import orm_spend
from creditsite.accounts.models import User
from creditsite.kernel.actor import Actor
from creditsite.kernel.errors import IdempotencyKeyReused
from creditsite.tests.sandbox_fixtures import BASE_DIR
from wallet.actions import (
    Posting,
    add_service,
    grant_credits,
    open_wallet,
    pause_wallet,
    spend_credits,
)
from wallet.errors import InsufficientCredits, WalletPaused
from wallet.models import GrantSource, LedgerEntry, UsageDay, Wallet

ACTOR = Actor.system("test")
SAME = ("sequence", "kind", "credits", "balance_after", "quantity", "cost_cents", "metadata")
Spend = Callable[..., Any]


def plainly(**asked: Any) -> Posting:
    return Posting(*orm_spend.spend_credits(**asked))


BOTH = pytest.mark.parametrize("spend", [spend_credits, plainly])


def stocked(person: User) -> Wallet:
    """Open a wallet with a lot of three credits for a cent and one of ten for a dollar."""
    add_service(slug="runs", name="Runs", unit="run", credits_per_unit=Decimal("1.5"))
    wallet = open_wallet(customer=person)
    for credits, cost_cents in ((3, 1), (10, 100)):
        grant_credits(
            wallet=wallet,
            credits=Decimal(credits),
            source=GrantSource.TOP_UP,
            cost_cents=cost_cents,
            idempotency_key=f"lot-{credits}",
            actor=ACTOR,
        )
    return wallet


def asked(wallet: Wallet, quantity: str = "4", key: str = "first") -> dict[str, Any]:
    return {
        "wallet_id": wallet.pk,
        "service": "runs",
        "quantity": Decimal(quantity),
        "idempotency_key": key,
        "actor": ACTOR,
        "metadata": {"run": 7},
    }


def left(wallet: Wallet) -> list[tuple[Decimal, bool]]:
    return list(wallet.grants.order_by("pk").values_list("remaining", "is_open"))


def test_the_reference_writes_what_we_write(customer: User, stranger: User) -> None:
    ours, theirs = stocked(customer), stocked(stranger)
    for quantity, key in (("4", "first"), ("1.25", "second")):
        our_entry = spend_credits(**asked(ours, quantity, key)).entry
        their_entry = plainly(**asked(theirs, quantity, key)).entry
        assert facts(our_entry) == facts(LedgerEntry.objects.get(pk=their_entry.pk))
    assert left(ours) == left(theirs)
    ours.refresh_from_db()
    theirs.refresh_from_db()
    assert (ours.balance, ours.sequence) == (theirs.balance, theirs.sequence)
    usage = UsageDay.objects.values_list("spends", "quantity", "credits", "failed")
    assert usage.get(wallet=ours) == usage.get(wallet=theirs)


def facts(entry: LedgerEntry) -> dict[str, Any]:
    first_lot = entry.draws[0][0]
    draws = [[lot - first_lot, *rest] for lot, *rest in entry.draws]
    return {name: getattr(entry, name) for name in SAME} | {"draws": draws}


@BOTH
def test_a_repeated_key_answers_the_first_entry(customer: User, spend: Spend) -> None:
    wallet = stocked(customer)
    first = spend(**asked(wallet))
    again = spend(**asked(wallet))
    assert (again.entry.pk, again.replayed) == (first.entry.pk, True)
    with pytest.raises(IdempotencyKeyReused):
        spend(**asked(wallet, quantity="5"))


@BOTH
def test_a_spend_above_the_balance_writes_nothing(customer: User, spend: Spend) -> None:
    wallet = stocked(customer)
    before = left(wallet)
    with pytest.raises(InsufficientCredits):
        spend(**asked(wallet, quantity="9"))
    assert left(wallet) == before
    assert not spend(**asked(wallet)).replayed


@BOTH
def test_a_paused_wallet_is_not_spent_from(customer: User, spend: Spend) -> None:
    wallet = stocked(customer)
    pause_wallet(wallet=wallet, reason="To see.", actor=ACTOR)
    with pytest.raises(WalletPaused):
        spend(**asked(wallet))


STARTS = """
import django
django.setup()
from django.test import Client
print(Client().post("/spends", {"wallet": 1}, headers={"host": "localhost"}).status_code)
"""


def test_the_project_that_http_is_measured_against_starts() -> None:
    """It has some of the site's apps only, and what these need changes with the site."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "benchmarks.references.settings"}
    asked = [sys.executable, "-c", STARTS]
    # Who shows no token is turned away before the database is asked.
    started = subprocess.run(
        asked, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )
    assert (started.stdout.strip(), started.returncode) == ("401", 0), started.stderr

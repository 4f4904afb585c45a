"""The actions in short: what a test does not care about has a value already."""

from __future__ import annotations

import itertools
from datetime import timedelta
from decimal import Decimal

from creditsite.kernel import clock
from wallet.actions import (
    Posting,
    adjust_wallet,
    capture_hold,
    claw_back,
    grant_credits,
    place_hold,
    release_hold,
    reverse_spend,
    roll_over,
    spend_credits,
)
from wallet.models import Clawback, Grant, GrantSource, Hold, LedgerEntry, Wallet
from wallet.tests.conftest import ACTOR

RUNS = "runs"
_numbers = itertools.count(1)


def new_key() -> str:
    return f"step-{next(_numbers)}"


def grant(
    wallet: Wallet,
    credits: str,
    *,
    hours: float | None = None,
    priority: int = 0,
    cost_cents: int = 0,
    key: str = "",
) -> Grant:
    """Grant credits that expire in `hours` (None: never) and return the lot."""
    posting = grant_credits(
        wallet=wallet,
        credits=Decimal(credits),
        source=GrantSource.TOP_UP,
        idempotency_key=key or new_key(),
        actor=ACTOR,
        cost_cents=cost_cents,
        priority=priority,
        expires_at=clock.NEVER if hours is None else clock.now() + timedelta(hours=hours),
    )
    return Grant.objects.get(pk=posting.entry.draws[0][0])


def spend(wallet: Wallet, credits: str, *, key: str = "", service: str = RUNS) -> LedgerEntry:
    return spend_credits(
        wallet_id=wallet.pk,
        service=service,
        credits=Decimal(credits),
        idempotency_key=key or new_key(),
        actor=ACTOR,
    ).entry


def hold(
    wallet: Wallet, credits: str, *, hours: float = 1, key: str = "", service: str = RUNS
) -> Hold:
    return place_hold(
        wallet_id=wallet.pk,
        service=service,
        credits=Decimal(credits),
        expires_in=timedelta(hours=hours),
        idempotency_key=key or new_key(),
        actor=ACTOR,
    ).hold


def capture(held: Hold, credits: str, *, key: str = "") -> Posting:
    return capture_hold(hold=held, credits=Decimal(credits), actor=ACTOR, idempotency_key=key)


def release(held: Hold) -> Hold:
    return release_hold(hold=held).hold


def reverse(spent: LedgerEntry, credits: str | None = None, *, key: str = "") -> LedgerEntry:
    return reverse_spend(
        spend=spent,
        credits=None if credits is None else Decimal(credits),
        reason="did not work",
        idempotency_key=key or new_key(),
        actor=ACTOR,
    ).entry


def take_back(
    wallet: Wallet,
    credits: str,
    *,
    lot: Grant | None = None,
    go_on: bool = True,
    key: str = "",
    reference: str = "",
) -> Clawback:
    return claw_back(
        wallet=wallet,
        credits=Decimal(credits),
        reference=reference,
        reason="chargeback",
        idempotency_key=key or new_key(),
        actor=ACTOR,
        grant=lot,
        go_on=go_on,
    )


def carry(lot: Grant, *, most: str | None = None, hours: float = 48, key: str = "") -> LedgerEntry:
    return roll_over(
        grant=lot,
        expires_at=clock.now() + timedelta(hours=hours),
        idempotency_key=key or new_key(),
        actor=ACTOR,
        most=None if most is None else Decimal(most),
    ).entry


def adjust(wallet: Wallet, credits: str, *, key: str = "") -> LedgerEntry:
    return adjust_wallet(
        wallet=wallet,
        credits=Decimal(credits),
        reason="mistake",
        idempotency_key=key or new_key(),
        actor=ACTOR,
    ).entry

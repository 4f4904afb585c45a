"""The only way to write ledger entries: Python's side of `wallet/sql/`.

Each function is one round trip and one atomic step of its own; inside a transaction of the
caller it becomes part of that. Called by `wallet.actions` only.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import OperationalError
from psycopg.types.json import Jsonb

from creditsite.kernel.actor import Actor
from wallet.ledger.answers import Outcome, Question, Row, ask_number, refuse_without_lock
from wallet.models import Clawback, Hold, LedgerEntry, Wallet

__all__ = ["Outcome", "Row"]

LOCK = "SELECT * FROM ledger_lock(%s) WHERE id IS NOT NULL"
# What explains and proves a spend's entry: who spends asks for none of it, and all of it takes a
# thirtieth of the time of a spend.
PROOF = ("service_id", "rate_id", "draws", "cost_cents", "request_hash", "hash")
SPEND = Question(LedgerEntry, "entry", "ledger_spend(%s, %s, %s, %s, %s, %s, %s, %s, FALSE)", PROOF)
SPEND_BATCH = Question(
    LedgerEntry, "entry", "ledger_spend_batch(%s, %s, %s, %s, %s, %s, %s)", PROOF
)
PUT_IN = Question(
    LedgerEntry, "entry", "ledger_put_in(%s, %s, %s, %s, %s, %s, %s, %s::smallint, %s, %s, %s, %s)"
)
TAKE_OUT = Question(LedgerEntry, "entry", "ledger_take_out(%s, %s, %s, %s, %s, %s, %s)")
REVERSE_SPEND = Question(LedgerEntry, "entry", "ledger_reverse_spend(%s, %s, %s, %s, %s, %s)")
ROLL_OVER = Question(LedgerEntry, "entry", "ledger_roll_over(%s, %s, %s, %s, %s, %s)")
CLAW_BACK = Question(Clawback, "clawback", "ledger_claw_back(%s, %s, %s, %s, %s, %s, %s, %s)")
PLACE_HOLD = Question(Hold, "hold", "ledger_place_hold(%s, %s, %s, %s, %s, %s, %s, %s)")
CAPTURE_HOLD = Question(LedgerEntry, "entry", "ledger_capture_hold(%s, %s, %s, %s, %s)")
RELEASE_HOLD = Question(Hold, "hold", "ledger_release_hold(%s)")


def lock(*, wallet_id: int) -> Wallet:
    """Lock the wallet until the caller's transaction ends and return its row.

    Everything that changes a wallet comes through here or through the functions below, so
    that all wait in the same line. Raises `IndexError` where there is no such wallet, and
    `WalletBusy`, as all functions below do, where others hold it for seconds.
    """
    try:
        return Wallet.objects.raw(LOCK, [wallet_id])[0]
    except OperationalError as error:
        refuse_without_lock(error)
        raise


def spend(
    *,
    wallet_id: int,
    service: str,
    quantity: Decimal | None,
    credits: Decimal | None,
    idempotency_key: str,
    metadata: dict[str, Any],
    actor: Actor,
    is_on: bool,
) -> Outcome[LedgerEntry]:
    """Run `ledger_spend`; see there for the outcomes."""
    return SPEND.ask(
        wallet_id,
        service,
        quantity,
        credits,
        idempotency_key,
        json.dumps(metadata),
        str(actor),
        is_on,
    )


def spend_batch(
    *,
    wallet_ids: list[int],
    services: list[str],
    quantities: list[Decimal],
    idempotency_keys: list[str],
    metadata: list[dict[str, Any]],
    actor: Actor,
    is_on: bool,
) -> list[Outcome[LedgerEntry]]:
    """Run `ledger_spend_batch`: an outcome for each place of the lists, in their order."""
    return SPEND_BATCH.ask_for_many(
        wallet_ids,
        services,
        quantities,
        idempotency_keys,
        [Jsonb(one) for one in metadata],
        str(actor),
        is_on,
    )


def put_in(
    *,
    wallet_id: int,
    kind: str,
    source: str,
    credits: Decimal,
    cost_cents: int,
    currency: str,
    expires_at: datetime,
    priority: int,
    reference: str,
    idempotency_key: str,
    actor: Actor,
    reason: str,
) -> Outcome[LedgerEntry]:
    """Run `ledger_put_in`; see there for the outcomes."""
    return PUT_IN.ask(
        wallet_id,
        kind,
        source,
        credits,
        cost_cents,
        currency,
        expires_at,
        priority,
        reference,
        idempotency_key,
        str(actor),
        reason,
    )


def take_out(
    *,
    wallet_id: int,
    kind: str,
    credits: Decimal,
    reference: str,
    idempotency_key: str,
    actor: Actor,
    reason: str,
) -> Outcome[LedgerEntry]:
    """Run `ledger_take_out`; see there for the outcomes. `credits` is positive."""
    return TAKE_OUT.ask(
        wallet_id,
        kind,
        credits,
        reference,
        idempotency_key,
        str(actor),
        reason,
    )


def reverse_spend(
    *,
    spend_id: int,
    credits: Decimal | None,
    grace: timedelta,
    idempotency_key: str,
    actor: Actor,
    reason: str,
) -> Outcome[LedgerEntry]:
    """Run `ledger_reverse_spend`; see there for the outcomes. No credits means all that is left."""
    return REVERSE_SPEND.ask(
        spend_id,
        credits,
        grace,
        idempotency_key,
        str(actor),
        reason,
    )


def roll_over(
    *,
    grant_id: int,
    most: Decimal | None,
    expires_at: datetime,
    idempotency_key: str,
    actor: Actor,
    reason: str,
) -> Outcome[LedgerEntry]:
    """Run `ledger_roll_over`; see there for the outcomes."""
    return ROLL_OVER.ask(
        grant_id,
        most,
        expires_at,
        idempotency_key,
        str(actor),
        reason,
    )


def claw_back(
    *,
    wallet_id: int,
    grant_id: int | None,
    credits: Decimal,
    go_on: bool,
    reference: str,
    idempotency_key: str,
    actor: Actor,
    reason: str,
) -> Outcome[Clawback]:
    """Run `ledger_claw_back`; see there for the outcomes."""
    return CLAW_BACK.ask(
        wallet_id,
        grant_id,
        credits,
        go_on,
        reference,
        idempotency_key,
        str(actor),
        reason,
    )


def place_hold(
    *,
    wallet_id: int,
    service: str,
    credits: Decimal,
    seconds: int,
    idempotency_key: str,
    metadata: dict[str, Any],
    actor: Actor,
    is_on: bool,
) -> Outcome[Hold]:
    """Run `ledger_place_hold`; see there for the outcomes."""
    return PLACE_HOLD.ask(
        wallet_id,
        service,
        credits,
        seconds,
        idempotency_key,
        json.dumps(metadata),
        str(actor),
        is_on,
    )


def capture_hold(
    *,
    hold_id: int,
    credits: Decimal,
    idempotency_key: str,
    metadata: dict[str, Any],
    actor: Actor,
) -> Outcome[LedgerEntry]:
    """Run `ledger_capture_hold`; see there for the outcomes."""
    return CAPTURE_HOLD.ask(
        hold_id,
        credits,
        idempotency_key,
        json.dumps(metadata),
        str(actor),
    )


def release_hold(*, hold_id: int) -> Outcome[Hold]:
    """Run `ledger_release_hold`; see there for the outcomes."""
    return RELEASE_HOLD.ask(hold_id)


def sweep(*, wallet_id: int) -> int:
    """Time out overdue holds of the wallet, let expired lots lapse; return how many there were."""
    return ask_number("SELECT ledger_sweep_wallet(%s)", wallet_id)


def empty(*, wallet_id: int, actor: Actor, reason: str) -> int:
    """Let everything in the locked wallet lapse; return the number of open holds, which stop it."""
    return ask_number("SELECT ledger_empty(%s, %s, %s)", wallet_id, str(actor), reason)

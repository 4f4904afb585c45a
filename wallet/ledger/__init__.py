"""The only way to write ledger entries: Python's side of `wallet/sql/`.

Each function is one round trip and one atomic step of its own; inside a transaction of the
caller it becomes part of that. Called by `wallet.actions` only.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from psycopg.types.json import Jsonb

from creditsite.kernel.actor import Actor
from wallet.ledger.answers import Outcome, Row, ask, ask_for_many, ask_number, selecting
from wallet.models import Clawback, Hold, LedgerEntry, Wallet

__all__ = ["Outcome", "Row"]

ENTRY = selecting(LedgerEntry, "entry")
HOLD = selecting(Hold, "hold")
CLAWBACK = selecting(Clawback, "clawback")


def lock(*, wallet_id: int) -> Wallet:
    """Lock the wallet until the caller's transaction ends and return its row.

    Everything that changes a wallet comes through here or through the functions below, so
    that all wait in the same line. Raises `IndexError` where there is no such wallet.
    """
    return Wallet.objects.raw("SELECT * FROM ledger_lock(%s) WHERE id IS NOT NULL", [wallet_id])[0]


def spend(
    *,
    wallet_id: int,
    service: str,
    quantity: Decimal | None,
    credits: Decimal | None,
    idempotency_key: str,
    metadata: dict[str, Any],
    actor: Actor,
) -> Outcome[LedgerEntry]:
    """Run `ledger_spend`; see there for the outcomes."""
    return ask(
        LedgerEntry,
        f"{ENTRY} ledger_spend(%s, %s, %s, %s, %s, %s, %s) AS r",
        wallet_id,
        service,
        quantity,
        credits,
        idempotency_key,
        Jsonb(metadata),
        str(actor),
    )


def spend_batch(
    *,
    wallet_ids: list[int],
    services: list[str],
    quantities: list[Decimal],
    idempotency_keys: list[str],
    metadata: list[dict[str, Any]],
    actor: Actor,
) -> list[Outcome[LedgerEntry]]:
    """Run `ledger_spend_batch`: an outcome for each place of the lists, in their order."""
    return ask_for_many(
        LedgerEntry,
        f"{ENTRY} ledger_spend_batch(%s, %s, %s, %s, %s, %s) AS r",
        wallet_ids,
        services,
        quantities,
        idempotency_keys,
        [Jsonb(one) for one in metadata],
        str(actor),
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
    return ask(
        LedgerEntry,
        f"{ENTRY} ledger_put_in(%s, %s, %s, %s, %s, %s, %s, %s::smallint, %s, %s, %s, %s) AS r",
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
    return ask(
        LedgerEntry,
        f"{ENTRY} ledger_take_out(%s, %s, %s, %s, %s, %s, %s) AS r",
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
    return ask(
        LedgerEntry,
        f"{ENTRY} ledger_reverse_spend(%s, %s, %s, %s, %s, %s) AS r",
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
    return ask(
        LedgerEntry,
        f"{ENTRY} ledger_roll_over(%s, %s, %s, %s, %s, %s) AS r",
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
    return ask(
        Clawback,
        f"{CLAWBACK} ledger_claw_back(%s, %s, %s, %s, %s, %s, %s, %s) AS r",
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
) -> Outcome[Hold]:
    """Run `ledger_place_hold`; see there for the outcomes."""
    return ask(
        Hold,
        f"{HOLD} ledger_place_hold(%s, %s, %s, %s, %s, %s, %s) AS r",
        wallet_id,
        service,
        credits,
        seconds,
        idempotency_key,
        Jsonb(metadata),
        str(actor),
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
    return ask(
        LedgerEntry,
        f"{ENTRY} ledger_capture_hold(%s, %s, %s, %s, %s) AS r",
        hold_id,
        credits,
        idempotency_key,
        Jsonb(metadata),
        str(actor),
    )


def release_hold(*, hold_id: int) -> Outcome[Hold]:
    """Run `ledger_release_hold`; see there for the outcomes."""
    return ask(Hold, f"{HOLD} ledger_release_hold(%s) AS r", hold_id)


def sweep(*, wallet_id: int) -> int:
    """Time out overdue holds of the wallet, let expired lots lapse; return how many there were."""
    return ask_number("SELECT ledger_sweep_wallet(%s)", wallet_id)


def empty(*, wallet_id: int, actor: Actor, reason: str) -> int:
    """Let everything in the locked wallet lapse; return the number of open holds, which stop it."""
    return ask_number("SELECT ledger_empty(%s, %s, %s)", wallet_id, str(actor), reason)

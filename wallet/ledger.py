"""The only way to write ledger entries: Python's side of `wallet/sql/`.

Each function is one round trip and one atomic step of its own; inside a transaction of the
caller it becomes part of that. Called by `wallet.actions` only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from psycopg.types.json import Jsonb

from creditsite.kernel.actor import Actor
from wallet.models import LedgerEntry, Wallet


@dataclass(frozen=True)
class Posting:
    """An entry and whether it was there before (a retry answered with the first result)."""

    entry: LedgerEntry
    replayed: bool


@dataclass(frozen=True)
class Outcome:
    """What an SQL function answered: a posting, or the refusal's name with its figures."""

    name: str
    posting: Posting | None
    available: Decimal | None = None
    required: Decimal | None = None


def lock(*, wallet_id: int) -> Wallet:
    """Lock the wallet until the caller's transaction ends and return its row.

    Everything that changes a wallet comes through here or through the functions below, so
    that all wait in the same line. Raises `IndexError` where there is no such wallet.
    """
    return Wallet.objects.raw("SELECT * FROM ledger_lock(%s)", [wallet_id])[0]


def spend(
    *,
    wallet_id: int,
    service: str,
    quantity: Decimal,
    idempotency_key: str,
    metadata: dict[str, Any],
    actor: Actor,
) -> Outcome:
    """Run `ledger_spend`; see there for the outcomes."""
    return _call(
        "SELECT (r.entry).*, r.outcome, r.required, r.available"
        " FROM ledger_spend(%s, %s, %s, %s, %s, %s) AS r",
        (wallet_id, service, quantity, idempotency_key, Jsonb(metadata), str(actor)),
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
) -> Outcome:
    """Run `ledger_put_in`; see there for the outcomes."""
    return _call(
        "SELECT (r.entry).*, r.outcome, NULL AS required, NULL AS available"
        " FROM ledger_put_in("
        "%s, %s, %s, %s, %s, %s, %s, %s::smallint, %s, %s, %s, %s) AS r",
        (
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
        ),
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
) -> Outcome:
    """Run `ledger_take_out`; see there for the outcomes. `credits` is positive."""
    return _call(
        "SELECT (r.entry).*, r.outcome, NULL AS required, r.available"
        " FROM ledger_take_out(%s, %s, %s, %s, %s, %s, %s) AS r",
        (wallet_id, kind, credits, reference, idempotency_key, str(actor), reason),
    )


def _call(statement: str, parameters: Sequence[Any]) -> Outcome:
    entry: Any = LedgerEntry.objects.raw(statement, parameters)[0]
    posted = entry.outcome in {"posted", "replayed"}
    return Outcome(
        name=entry.outcome,
        posting=Posting(entry, replayed=entry.outcome == "replayed") if posted else None,
        available=entry.available,
        required=entry.required,
    )

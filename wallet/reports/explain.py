"""Everything that explains one entry."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from creditsite.kernel.formatting import credits as format_credits
from creditsite.kernel.formatting import plain_credits
from wallet.models import EntryKind, Grant, LedgerEntry
from wallet.reports.history import EntryRow, entry_rows


@dataclass(frozen=True)
class DrawnLot:
    """The part of an entry that one lot gave or took."""

    label: str
    credits: Decimal
    source_label: str
    expires_at: datetime | None


@dataclass(frozen=True)
class EntryDetail(EntryRow):
    """An entry with everything that explains it."""

    service_name: str
    quantity: Decimal | None
    unit: str
    rate: Decimal | None
    formula: str
    balance_before: Decimal
    actor_label: str
    reason: str
    reference: str
    metadata_items: list[tuple[str, str]]
    idempotency_key: str
    hash_hex: str


def entry_detail(entry: LedgerEntry) -> EntryDetail:
    """Return all that explains one entry (its service and rate already loaded)."""
    (row,) = entry_rows([entry])
    return EntryDetail(
        **vars(row),
        service_name=entry.service.name if entry.service else "",
        quantity=entry.quantity,
        unit=entry.rate.unit if entry.rate else "",
        rate=entry.rate.credits_per_unit if entry.rate else None,
        formula=_formula(entry),
        balance_before=entry.balance_before,
        actor_label=_actor_label(entry.actor, entry.wallet.customer_id),
        reason=entry.reason,
        reference=entry.reference,
        metadata_items=[
            (name, value if isinstance(value, str) else json.dumps(value))
            for name, value in entry.metadata.items()
            # Of other kinds it is ours: what the lot is, which stands beside it already.
            if entry.kind == EntryKind.SPEND
        ],
        idempotency_key=entry.idempotency_key,
        hash_hex=bytes(entry.hash).hex(),
    )


def drawn_lots(entry: LedgerEntry) -> list[DrawnLot]:
    """Return which lots the entry moved, in the order drawn."""
    lots = Grant.objects.in_bulk([draw[0] for draw in entry.draws])
    return [
        DrawnLot(
            label=f"Lot {grant_id}",
            credits=Decimal(credits),
            source_label=lots[grant_id].get_source_display(),
            expires_at=None if lots[grant_id].never_expires else lots[grant_id].expires_at,
        )
        for grant_id, credits, *_ in entry.draws
    ]


def _formula(entry: LedgerEntry) -> str:
    if entry.service is None or entry.rate is None or entry.quantity is None:
        return ""
    quantity = plain_credits(entry.quantity)
    rate = format_credits(entry.rate.credits_per_unit)
    return f"{quantity} × {rate} credits per {entry.rate.unit}"


def _actor_label(actor: str, customer_id: int) -> str:
    kind, _, name = actor.partition(":")
    if kind == "api_key":
        return f"API key {name}"
    if kind == "system":
        return "Creditsite"
    return "You" if name == str(customer_id) else "An operator"

"""What the wallet's pages show: read-only, as plain data."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet
from django.urls import reverse

from creditsite.kernel.formatting import credits as format_credits
from creditsite.kernel.formatting import plain_credits
from wallet.models import EntryKind, Grant, LedgerEntry, Service, Wallet


@dataclass(frozen=True)
class WalletFigures:
    """A wallet's credits now."""

    wallet_id: int
    balance: Decimal
    held: Decimal
    available: Decimal
    debt: Decimal
    status: str
    status_label: str
    status_reason: str


@dataclass(frozen=True)
class EntryRow:
    """An entry as a line of a table."""

    id: int
    sequence: int
    kind: str
    kind_label: str
    title: str
    credits: Decimal
    balance_after: Decimal
    created_at: datetime
    url: str


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


@dataclass(frozen=True)
class HistoryPage:
    """Some entries, newest first, and the sequences from which to go on (None: no more)."""

    entries: list[EntryRow]
    newer_than: int | None
    older_than: int | None


def wallet_figures(wallet: Wallet) -> WalletFigures:
    """Return the wallet's figures as they stand in its row."""
    return WalletFigures(
        wallet_id=wallet.pk,
        balance=wallet.balance,
        held=wallet.held,
        available=wallet.available(),
        debt=wallet.debt,
        status=wallet.status,
        status_label=wallet.get_status_display(),
        status_reason=wallet.status_reason,
    )


def history_page(
    wallet: Wallet,
    *,
    kind: str = "",
    service: Service | None = None,
    before: int | None = None,
    after: int | None = None,
    size: int = 25,
) -> HistoryPage:
    """Return a page of the wallet's entries, newest first, by keyset on the sequence.

    `before` gives the entries older than that sequence, `after` those newer than it.
    """
    entries = LedgerEntry.objects.filter(wallet=wallet)
    if kind:
        entries = entries.filter(kind=kind)
    if service:
        entries = entries.filter(service=service)
    chosen = _newest(entries, before=before, after=after, size=size)
    if not chosen:
        return HistoryPage([], None, None)
    newest, oldest = chosen[0].sequence, chosen[-1].sequence
    return HistoryPage(
        entries=_rows(chosen),
        newer_than=newest if entries.filter(sequence__gt=newest).exists() else None,
        older_than=oldest if entries.filter(sequence__lt=oldest).exists() else None,
    )


def _newest(
    entries: QuerySet[LedgerEntry], *, before: int | None, after: int | None, size: int
) -> list[LedgerEntry]:
    entries = entries.select_related("service")
    if after is not None:
        return list(entries.filter(sequence__gt=after).order_by("sequence")[:size])[::-1]
    if before is not None:
        entries = entries.filter(sequence__lt=before)
    return list(entries.order_by("-sequence")[:size])


def entry_detail(entry: LedgerEntry) -> EntryDetail:
    """Return all that explains one entry (its service and rate already loaded)."""
    (row,) = _rows([entry])
    return EntryDetail(
        **vars(row),
        service_name=entry.service.name if entry.service else "",
        quantity=entry.quantity,
        unit=entry.service.unit if entry.service else "",
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
    lots = Grant.objects.in_bulk([grant_id for grant_id, _ in entry.draws])
    return [
        DrawnLot(
            label=f"Lot {grant_id}",
            credits=Decimal(credits),
            source_label=lots[grant_id].get_source_display(),
            expires_at=None if lots[grant_id].never_expires else lots[grant_id].expires_at,
        )
        for grant_id, credits in entry.draws
    ]


def _rows(entries: list[LedgerEntry]) -> list[EntryRow]:
    granted = {entry.pk: entry.draws[0][0] for entry in entries if entry.kind == EntryKind.GRANT}
    lots = Grant.objects.in_bulk(list(granted.values())) if granted else {}
    return [_row(entry, lots.get(granted.get(entry.pk))) for entry in entries]


def _row(entry: LedgerEntry, granted: Grant | None) -> EntryRow:
    return EntryRow(
        id=entry.pk,
        sequence=entry.sequence,
        kind=entry.kind,
        kind_label=EntryKind(entry.kind).label,
        title=_title(entry, granted),
        credits=entry.credits,
        balance_after=entry.balance_after,
        created_at=entry.created_at,
        url=reverse("wallet:entry", args=[entry.pk]),
    )


def _title(entry: LedgerEntry, granted: Grant | None) -> str:
    if entry.service:
        return entry.service.name
    if entry.reason:
        return entry.reason
    if granted:
        return granted.get_source_display()
    return EntryKind(entry.kind).label


def _formula(entry: LedgerEntry) -> str:
    if entry.service is None or entry.rate is None or entry.quantity is None:
        return ""
    quantity = plain_credits(entry.quantity)
    rate = format_credits(entry.rate.credits_per_unit)
    return f"{quantity} × {rate} credits per {entry.service.unit}"


def _actor_label(actor: str, customer_id: int) -> str:
    kind, _, name = actor.partition(":")
    if kind == "api_key":
        return f"API key {name}"
    if kind == "system":
        return "Creditsite"
    return "You" if name == str(customer_id) else "An operator"

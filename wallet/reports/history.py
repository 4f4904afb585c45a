"""A wallet's entries as lines of a table, by pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet
from django.urls import reverse

from wallet.models import EntryKind, LedgerEntry, Service, Wallet
from wallet.reports.titles import entry_titles


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
class HistoryPage:
    """Some entries, newest first, and the sequences from which to go on (None: no more)."""

    entries: list[EntryRow]
    newer_than: int | None
    older_than: int | None


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
        entries=entry_rows(chosen),
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


def entry_rows(entries: list[LedgerEntry]) -> list[EntryRow]:
    """Return the entries (their services already loaded) as lines of a table."""
    titles = entry_titles(entries)
    return [_row(entry, titles[entry.pk]) for entry in entries]


def _row(entry: LedgerEntry, title: str) -> EntryRow:
    return EntryRow(
        id=entry.pk,
        sequence=entry.sequence,
        kind=entry.kind,
        kind_label=EntryKind(entry.kind).label,
        title=title,
        credits=entry.credits,
        balance_after=entry.balance_after,
        created_at=entry.created_at,
        url=reverse("wallet:entry", args=[entry.pk]),
    )

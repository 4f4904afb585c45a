"""A wallet's entries as lines of a table, by pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.urls import reverse

from creditsite.kernel.keyset import keyset_page
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
    entries = entries.select_related("service")
    page = keyset_page(entries, key="sequence", before=before, after=after, size=size)
    return HistoryPage(entry_rows(page.rows), page.newer_than, page.older_than)


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

"""A wallet's entries as lines of a table, by pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.urls import reverse

from creditsite.kernel.keyset import keyset_page
from wallet.models import EntryKind, LedgerEntry, Service, Wallet
from wallet.reports.as_of import sequence_at
from wallet.reports.titles import entry_titles

# How many entries a page with a text looks through.
LOOKED_THROUGH = 10_000


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


# What a text is looked for in.
SAID = Concat(
    Coalesce("service__name", Value("")),
    Value("\n"),
    "reason",
    Value("\n"),
    "reference",
    Value("\n"),
    "idempotency_key",
    Value("\n"),
    Cast("metadata", TextField()),
    output_field=TextField(),
)


@dataclass(frozen=True)
class HistoryFilter:
    """Which entries: of a kind, of a service, of days (UTC, both counted), with a text in them.

    The text may stand in the service's name, the reason, reference, idempotency key or metadata.
    """

    kind: str = ""
    service: Service | None = None
    start: date | None = None
    end: date | None = None
    text: str = ""

    @property
    def is_set(self) -> bool:
        return self != HistoryFilter()

    def entries_of(self, wallet: Wallet) -> QuerySet[LedgerEntry]:
        """Return the wallet's entries that it lets through; their services are loaded with them."""
        entries = LedgerEntry.objects.filter(wallet=wallet).select_related("service")
        if self.kind:
            entries = entries.filter(kind=self.kind)
        if self.service:
            entries = entries.filter(service=self.service)
        # Numbers rise with time, and are what the index is over.
        if self.start and self.start > date.min:
            day_before = self.start - timedelta(days=1)
            entries = entries.filter(sequence__gt=_number_at_end_of(wallet, day_before))
        if self.end:
            entries = entries.filter(sequence__lte=_number_at_end_of(wallet, self.end))
        if self.text:
            entries = entries.annotate(said=SAID).filter(said__icontains=self.text)
        return entries


def _number_at_end_of(wallet: Wallet, day: date) -> int:
    """Return the number of the newest entry when a day ended (UTC)."""
    return sequence_at(wallet, datetime.combine(day, time.max, UTC))


@dataclass(frozen=True)
class HistoryPage:
    """Some entries, newest first, and the sequences from which to go on (None: no more).

    `is_cut` where a text was looked for and older entries were not looked through yet.
    """

    entries: list[EntryRow]
    newer_than: int | None
    older_than: int | None
    is_cut: bool = False


def history_page(
    wallet: Wallet,
    chosen: HistoryFilter = HistoryFilter(),
    *,
    before: int | None = None,
    after: int | None = None,
    size: int = 25,
) -> HistoryPage:
    """Return a page of the wallet's entries, newest first, by keyset on the sequence.

    `before` gives the entries older than that sequence, `after` those newer than it. For a text
    `LOOKED_THROUGH` entries are read at most, so that a page takes no longer in a long history.
    """
    entries = chosen.entries_of(wallet)
    if chosen.text:
        return _page_with_text(wallet, entries, before, size)
    page = keyset_page(entries, key="sequence", before=before, after=after, size=size)
    return HistoryPage(entry_rows(page.rows), page.newer_than, page.older_than)


def _page_with_text(
    wallet: Wallet, entries: QuerySet[LedgerEntry], before: int | None, size: int
) -> HistoryPage:
    end = wallet.sequence + 1 if before is None else min(before, wallet.sequence + 1)
    begin = max(end - LOOKED_THROUGH, 1)
    within = entries.filter(sequence__gte=begin, sequence__lt=end)
    rows = list(within.order_by("-sequence")[:size])
    if len(rows) == size:
        return HistoryPage(entry_rows(rows), None, rows[-1].sequence)
    is_cut = begin > 1
    return HistoryPage(entry_rows(rows), None, begin if is_cut else None, is_cut)


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

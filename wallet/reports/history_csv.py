"""A wallet's entries as a spreadsheet, line by line, so that any number of them can be sent."""

from __future__ import annotations

import json
from collections.abc import Iterator

from creditsite.kernel.api import in_utc
from creditsite.kernel.csv_lines import csv_line, plain_text
from wallet.models import LedgerEntry, Wallet
from wallet.reports.history import HistoryFilter
from wallet.reports.titles import entry_titles

COLUMNS = (
    "number",
    "time_utc",
    "kind",
    "title",
    "service",
    "quantity",
    "credits",
    "balance_after",
    "reason",
    "reference",
    "idempotency_key",
    "metadata",
)
NUMBERS_AT_ONCE = 5_000


def csv_lines(wallet: Wallet, chosen: HistoryFilter) -> Iterator[str]:
    """Yield the lines of the entries that the filter lets through, newest first, with a head.

    Entries that are posted meanwhile are not among them.
    """
    yield csv_line(COLUMNS)
    entries, end = chosen.entries_of(wallet), wallet.sequence
    while end > 0:
        some = entries.filter(sequence__gt=end - NUMBERS_AT_ONCE, sequence__lte=end)
        found = list(some.order_by("-sequence"))
        titles = entry_titles(found)
        yield "".join(csv_line(_cells(entry, titles[entry.pk])) for entry in found)
        end -= NUMBERS_AT_ONCE


def _cells(entry: LedgerEntry, title: str) -> tuple[str, ...]:
    return (
        str(entry.sequence),
        in_utc(entry.created_at),
        entry.kind,
        plain_text(title),
        entry.service.slug if entry.service else "",
        "" if entry.quantity is None else f"{entry.quantity:.4f}",
        f"{entry.credits:.4f}",
        f"{entry.balance_after:.4f}",
        plain_text(entry.reason),
        plain_text(entry.reference),
        plain_text(entry.idempotency_key),
        json.dumps(entry.metadata, ensure_ascii=False) if entry.metadata else "",
    )

"""Lines of CSV files, one at a time, so that any number of them can be sent."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO

# What a spreadsheet takes for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_line(cells: Iterable[str]) -> str:
    """Return a line of a file, with its end."""
    kept = StringIO()
    csv.writer(kept).writerow(cells)
    return kept.getvalue()


def plain_text(text: str) -> str:
    """Return a text that no spreadsheet computes."""
    return f"'{text}" if text.startswith(FORMULA) else text

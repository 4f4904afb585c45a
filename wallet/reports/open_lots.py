"""Every open lot with what of it is deferred revenue, as a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from creditsite.kernel import clock
from creditsite.kernel.api import in_utc
from creditsite.kernel.csv_lines import csv_line, plain_text

COLUMNS = (
    *("lot", "wallet", "source", "granted_utc", "expires_utc", "credits", "remaining"),
    *("cost_cents", "deferred_cents", "currency", "reference"),
)
LOTS = """
    SELECT
        id, wallet_id, source, created_at, expires_at, credits, remaining, cost_cents,
        ledger_cents(cost_cents, credits, 0, remaining), currency, reference
    FROM wallet_grant WHERE is_open AND id > %s ORDER BY id LIMIT %s
"""
LOTS_AT_ONCE = 5_000


def open_lot_lines() -> Iterator[str]:
    """Yield the lines of all open lots in the order they were granted, with a head."""
    yield csv_line(COLUMNS)
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(LOTS, [last, LOTS_AT_ONCE])
            found = cursor.fetchall()
        if not found:
            return
        yield "".join(csv_line(map(_cell, row)) for row in found)
        last = found[-1][0]


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return in_utc(value) if value < clock.NEVER else ""
    if isinstance(value, Decimal):
        return f"{value:.4f}"
    return plain_text(str(value))

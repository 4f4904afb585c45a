"""Makes what has happened older than it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection

from wallet.models import LedgerEntry

# Days are unique in a wallet: they go out of the way before they come back.
FAR = 100_000


def make_older(days: int) -> None:
    """Let entries, usage and roll-ups so far be as many days older, and wallets know of it."""
    step: Any = timedelta(days=days)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table, column, change in (
            ("ledgerentry", "created_at", step),
            ("wallet", "last_entry_at", step),
            ("usageday", "day", days + FAR),
            ("usageday", "day", -FAR),
            ("serviceday", "day", days + FAR),
            ("serviceday", "day", -FAR),
            ("serviceday", "rolled_up_at", step),
        ):
            cursor.execute(f"UPDATE wallet_{table} SET {column} = {column} - %s", [change])
        cursor.execute("SET session_replication_role = origin")


def make_later(entry: LedgerEntry, **length: float) -> LedgerEntry:
    """Let an entry have come later than it did."""
    step: Any = timedelta(**length)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "UPDATE wallet_ledgerentry SET created_at = created_at + %s WHERE id = %s",
            [step, entry.pk],
        )
        cursor.execute("SET session_replication_role = origin")
    entry.refresh_from_db()
    return entry


def set_clock_back(**length: float) -> None:
    """Let the database's clock be behind by so much (ahead, where it is negative).

    As it does where a server's clock is corrected, or another server takes over.
    """
    behind: Any = timedelta(**length)
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA behind")
        cursor.execute(
            "CREATE FUNCTION behind.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS"
            f" $$ SELECT pg_catalog.clock_timestamp() - interval '{behind.total_seconds()} s' $$"
        )
        cursor.execute("SET LOCAL search_path = behind, pg_catalog, public")


def set_clock_right() -> None:
    """Let the database's clock go right again."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL search_path TO DEFAULT")

"""Roll the ledger up by hours, for reports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from creditsite.kernel import clock
from wallet.models import LedgerHour

# One roll-up at a time; the number is beside that of usage.
LOCK = "SELECT pg_advisory_xact_lock((4713::bigint << 48))"
# An entry's moment is a little before its commit: an hour is summed when the next one is over too.
GRACE = timedelta(hours=1)
# Where a large ledger is rolled up for the first time, each portion is kept by itself.
HOURS_AT_ONCE = timedelta(days=7)
ROLLED_UP = "SELECT max(at) + interval '1 hour' FROM wallet_ledgerhour"
NEXT_ENTRY = """
    SELECT date_trunc('hour', min(created_at), 'UTC')
    FROM wallet_ledgerentry WHERE created_at >= %s
"""
ROLL_UP = """
    INSERT INTO wallet_ledgerhour (at, kind, origin, entries, credits, cost_cents)
    SELECT at, kind, origin, entries, credits, cost_cents FROM ledger_hours(%s, %s)
"""


def roll_up_ledger() -> int:
    """Bring `LedgerHour` up to the last hour that is well over; return how many rows it wrote.

    Each hour is summed once. Repeating it changes nothing; of two at once, one waits and finds
    nothing left. Broken off, it goes on where it was.
    """
    over = (clock.now() - GRACE).replace(minute=0, second=0, microsecond=0)
    written = 0
    since: datetime | None = datetime.min.replace(tzinfo=UTC)
    while since is not None and since < over:
        since, added = _roll_up_portion(since, over)
        written += added
    return written


@transaction.atomic
def forget_hours(*, since: datetime | None = None) -> int:
    """Have the hours from a moment on (None: all) summed anew; return how many rows went.

    For when entries were posted at moments of the past, as the demo does, or a row is not what
    the ledger says.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
    hours = LedgerHour.objects.filter(at__gte=since) if since else LedgerHour.objects.all()
    forgotten, _ = hours.delete()
    return forgotten


@transaction.atomic
def _roll_up_portion(since: datetime, over: datetime) -> tuple[datetime | None, int]:
    """Sum the next hours with entries; return where they end (None: there are none) and how
    many rows that was."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        cursor.execute(ROLLED_UP)
        (rolled_up,) = cursor.fetchone()
        cursor.execute(NEXT_ENTRY, [max(since, rolled_up or since)])
        (start,) = cursor.fetchone()
        if start is None or start >= over:
            return None, 0
        until = min(over, start + HOURS_AT_ONCE)
        cursor.execute(ROLL_UP, [start, until])
        return until, cursor.rowcount

"""Roll usage up over all wallets."""

from __future__ import annotations

from django.db import connection, transaction

from creditsite.kernel import clock

# One roll-up at a time; locks of wallets have a number of their own in front.
LOCK = "SELECT pg_advisory_xact_lock((4712::bigint << 48))"

# The days to sum: those since then, and those whose spends were reversed since then.
ROLL_UP = """
    WITH days AS (
        SELECT d::date AS day
        FROM generate_series(
            (%(since)s AT TIME ZONE 'UTC')::date, (%(now)s AT TIME ZONE 'UTC')::date, '1 day'
        ) AS d
        UNION
        SELECT (spend.created_at AT TIME ZONE 'UTC')::date
        FROM wallet_ledgerentry AS reversal
        INNER JOIN wallet_ledgerentry AS spend ON spend.id = reversal.reverses_id
        WHERE reversal.created_at >= %(since)s AND reversal.kind = 'reversal'
    )
    INSERT INTO wallet_serviceday AS s (
        service_id, day, wallets, spends, quantity, credits, reversed, failed, rolled_up_at
    )
    SELECT
        u.service_id, u.day, count(*), sum(u.spends), sum(u.quantity), sum(u.credits),
        sum(u.reversed), sum(u.failed), %(now)s
    FROM wallet_usageday AS u
    WHERE u.day IN (SELECT day FROM days)
    GROUP BY u.day, u.service_id
    ON CONFLICT (day, service_id) DO UPDATE
    SET wallets = excluded.wallets, spends = excluded.spends, quantity = excluded.quantity,
        credits = excluded.credits, reversed = excluded.reversed, failed = excluded.failed,
        rolled_up_at = excluded.rolled_up_at
"""
# An entry's moment is a little before its commit: an hour is looked at again. None where nothing
# was ever used.
SINCE = """
    SELECT coalesce(
        (SELECT max(rolled_up_at) FROM wallet_serviceday) - interval '1 hour',
        (SELECT min(day)::timestamp AT TIME ZONE 'UTC' FROM wallet_usageday)
    )
"""


@transaction.atomic
def roll_up_usage() -> int:
    """Bring `ServiceDay` up to date with `UsageDay`; return how many rows it wrote.

    Summed anew are the days since the last roll-up (all days at the first one) and the days
    whose spends were reversed since: a reversal counts on the day of its spend. Repeating it
    changes nothing but `rolled_up_at`; of two at once, one waits.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        now = clock.now()
        cursor.execute(SINCE)
        (since,) = cursor.fetchone()
        if since is None:
            return 0
        cursor.execute(ROLL_UP, {"since": since, "now": now})
        written: int = cursor.rowcount
        return written

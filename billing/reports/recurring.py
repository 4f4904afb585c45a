"""Monthly recurring revenue and what moved it, from the terms of what was paid for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum

from django.conf import settings
from django.db import connection

from creditsite.kernel.report import ReportRange

# Since when a subscription has which terms: each paid period or upgrade says it. The price is
# that of the list, by the month.
TERMS = """
    SELECT
        a.subscription_id, s.wallet_id, s.ended_at, a.period_start AS at, a.id, v.package_id,
        round(v.price_cents / CASE v.interval WHEN 'year' THEN 12.0 ELSE 1.0 END)::bigint AS cents
    FROM billing_allocation AS a
    INNER JOIN billing_subscription AS s ON s.id = a.subscription_id
    INNER JOIN billing_packageversion AS v ON v.id = a.version_id
    WHERE v.currency = %(currency)s AND a.period_start < %(ends_at)s
"""
MOVES = f"""
    WITH terms AS ({TERMS}), followed AS (
        SELECT *,
            lag(cents) OVER subscription AS before,
            row_number() OVER subscription AS n,
            lead(id) OVER subscription AS next,
            row_number() OVER (PARTITION BY wallet_id ORDER BY at, id) AS n_of_wallet
        FROM terms
        WINDOW subscription AS (PARTITION BY subscription_id ORDER BY at, id)
    ), moves AS (
        SELECT
            at,
            CASE
                WHEN n > 1 AND cents > before THEN 'upgraded'
                WHEN n > 1 AND cents < before THEN 'downgraded'
                WHEN n > 1 THEN NULL
                -- Of its own it is the first: what came before is another subscription's.
                WHEN n_of_wallet > 1 THEN 'returned'
                ELSE 'new'
            END AS kind,
            cents - coalesce(before, 0) AS cents
        FROM followed
        UNION ALL
        SELECT greatest(ended_at, at), 'ended', -cents FROM followed
        WHERE next IS NULL AND greatest(ended_at, at) < %(ends_at)s AND ended_at IS NOT NULL
    )
    SELECT
        CASE WHEN at >= %(begins_at)s THEN date_trunc(%(step)s, at, 'UTC') END,
        kind, count(*), sum(cents)::bigint
    FROM moves WHERE kind IS NOT NULL GROUP BY 1, 2
"""
RUNNING = f"""
    SELECT package_id, count(*), sum(cents)::bigint FROM (
        SELECT DISTINCT ON (subscription_id) * FROM ({TERMS}) AS terms
        ORDER BY subscription_id, at DESC, id DESC
    ) AS newest
    WHERE ended_at IS NULL OR greatest(ended_at, at) >= %(ends_at)s
    GROUP BY package_id
"""


class MoveKind(Enum):
    """What moves monthly recurring revenue."""

    NEW = "new"
    RETURNED = "returned"
    UPGRADED = "upgraded"
    DOWNGRADED = "downgraded"
    ENDED = "ended"


# How many plans more or fewer one move of a kind makes.
PLANS = {MoveKind.NEW: 1, MoveKind.RETURNED: 1, MoveKind.ENDED: -1}


@dataclass(frozen=True)
class Recurring:
    """Plans, and what they bring in a month at list prices, in cents; of moves: by how much
    they change it."""

    plans: int = 0
    cents: int = 0

    def __add__(self, other: Recurring) -> Recurring:
        return Recurring(self.plans + other.plans, self.cents + other.cents)


@dataclass(frozen=True)
class RecurringFlow:
    """What there was before the range, and what moved it in each period."""

    opening: Recurring
    periods: Mapping[date, Mapping[MoveKind, Recurring]]


def recurring_flow(chosen: ReportRange) -> RecurringFlow:
    """Return what moved recurring revenue, by period. One query.

    A plan counts from its first paid period until it ends, at the list price of the terms paid
    for last; while a payment is overdue too.
    """
    opening = Recurring()
    periods: dict[date, dict[MoveKind, Recurring]] = {
        start: defaultdict(Recurring) for start in chosen.periods()
    }
    with connection.cursor() as cursor:
        cursor.execute(MOVES, _values(chosen) | {"step": chosen.step.value})
        for at, name, count, cents in cursor.fetchall():
            kind = MoveKind(name)
            moved = Recurring(PLANS.get(kind, 0) * count, cents)
            if at is None:
                opening += moved
            else:
                periods[max(at.astimezone(UTC).date(), chosen.first)][kind] += moved
    return RecurringFlow(opening, periods)


def recurring_by_package(chosen: ReportRange) -> dict[int, Recurring]:
    """Return plans and recurring revenue at the end of the range, by package. One query."""
    with connection.cursor() as cursor:
        cursor.execute(RUNNING, _values(chosen))
        return {package: Recurring(plans, cents) for package, plans, cents in cursor.fetchall()}


def _values(chosen: ReportRange) -> dict[str, datetime | str]:
    return {
        "begins_at": chosen.begins_at,
        "ends_at": chosen.ends_at,
        "currency": settings.CREDIT_CURRENCY,
    }

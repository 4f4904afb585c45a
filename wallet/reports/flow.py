"""What moved in the whole ledger along a range of days, and whether it adds up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from django.db import connection

from creditsite.kernel.credits import ZERO
from creditsite.kernel.report import ReportRange

# An hour that is rolled up, and the entries since the last one.
MOVED = """
    SELECT at, kind, origin, entries, credits, cost_cents FROM wallet_ledgerhour
    WHERE at < least(%(edge)s, %(ends_at)s)
    UNION ALL
    SELECT * FROM ledger_hours(%(edge)s, %(ends_at)s)
"""
FLOW = f"""
    SELECT
        CASE WHEN at >= %(begins_at)s THEN date_trunc(%(step)s, at, 'UTC') END,
        kind, origin, sum(entries)::bigint, sum(credits), sum(cost_cents)::bigint
    FROM ({MOVED}) AS moved GROUP BY 1, 2, 3
"""
TIES = f"""
    SELECT
        (SELECT coalesce(sum(balance), 0) FROM wallet_wallet),
        (
            SELECT coalesce(sum(ledger_cents(cost_cents, credits, 0, remaining)), 0)::bigint
            FROM wallet_grant WHERE is_open
        ),
        coalesce(sum(credits), 0), coalesce(sum(cost_cents), 0)::bigint
    FROM ({MOVED}) AS moved
"""
EDGE = "SELECT max(at) + interval '1 hour' FROM wallet_ledgerhour"
BEFORE_ALL = datetime(1, 1, 1, tzinfo=UTC)
AFTER_ALL = datetime(9999, 12, 31, tzinfo=UTC)

# A kind of entry and where it came from, as `LedgerHour` has them.
Origin = tuple[str, str]


@dataclass(frozen=True)
class Moved:
    """Entries, the credits they moved, and what those are worth in cents; both signed."""

    entries: int = 0
    credits: Decimal = ZERO
    cost_cents: int = 0

    def __add__(self, other: Moved) -> Moved:
        return Moved(
            self.entries + other.entries,
            self.credits + other.credits,
            self.cost_cents + other.cost_cents,
        )


@dataclass(frozen=True)
class Flow:
    """What stood there before the range, and what moved in each of its periods."""

    opening: Moved
    periods: Mapping[date, Mapping[Origin, Moved]]


@dataclass(frozen=True)
class Ties:
    """What all entries come to, and what wallets and lots hold at the same moment."""

    entries_credits: Decimal
    wallets_credits: Decimal
    entries_cents: int
    lots_cents: int

    @property
    def holds(self) -> bool:
        entries = (self.entries_credits, self.entries_cents)
        return entries == (self.wallets_credits, self.lots_cents)


def total(parts: Iterable[Moved]) -> Moved:
    """Return all of it together."""
    return sum(parts, Moved())


def ledger_flow(chosen: ReportRange) -> Flow:
    """Return what moved, by period, kind and origin. Two queries.

    Read from the hours that are rolled up and, after the last of them, from the entries.
    """
    opening = Moved()
    periods: dict[date, dict[Origin, Moved]] = {
        start: defaultdict(Moved) for start in chosen.periods()
    }
    with connection.cursor() as cursor:
        values = {
            "edge": _edge(),
            "begins_at": chosen.begins_at,
            "ends_at": chosen.ends_at,
            "step": chosen.step.value,
        }
        cursor.execute(FLOW, values)
        for at, kind, origin, *sums in cursor.fetchall():
            moved = Moved(*sums)
            if at is None:
                opening += moved
            else:
                periods[max(at.astimezone(UTC).date(), chosen.first)][kind, origin] += moved
    return Flow(opening, periods)


def ledger_ties() -> Ties:
    """Return both sides of the ledger's sum as of one moment. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(TIES, {"edge": _edge(), "ends_at": AFTER_ALL})
        balances, lots, credits, cents = cursor.fetchone()
    return Ties(credits, balances, cents, lots)


def _edge() -> datetime:
    """Return when the hours end that are rolled up.

    Asked for beforehand: as a number that is known the planner takes the index by time.
    """
    with connection.cursor() as cursor:
        cursor.execute(EDGE)
        (edge,) = cursor.fetchone()
    return edge or BEFORE_ALL

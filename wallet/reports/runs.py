"""What became of runs: which failed, and which repeat another. The rules stand here alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Abs

from wallet.models import LedgerEntry, Wallet

REPEAT_WINDOW = timedelta(minutes=10)
# How many entries before and after a spend are looked through for repeats of it.
LOOKED_THROUGH = 1000
# More than a dispute has charges, so that a repeat outside of it is seen.
MOST_REPEATS = 60


@dataclass(frozen=True)
class Repeat:
    """Another spend that repeats one: the same service and quantity, shortly before or after.

    `is_identical` also has the same metadata; `left` is what did not come back of it.
    """

    entry: LedgerEntry
    apart: timedelta
    is_identical: bool
    left: Decimal


def is_marked_failed(spend: LedgerEntry) -> bool:
    """Whether the platform said that the run failed, as usage counts it too."""
    return bool(spend.metadata.get("outcome") == "failed")


def spends_near(spend: LedgerEntry) -> QuerySet[LedgerEntry]:
    """Return the other spends of the same service within `REPEAT_WINDOW`, the nearest first,
    with `left`.

    However busy the wallet is, no more than `LOOKED_THROUGH` entries on either side are read.
    """
    sequence, at = spend.sequence, spend.created_at
    around = LedgerEntry.objects.filter(
        wallet_id=spend.wallet_id,
        service=spend.service,
        sequence__range=(sequence - LOOKED_THROUGH, sequence + LOOKED_THROUGH),
        created_at__range=(at - REPEAT_WINDOW, at + REPEAT_WINDOW),
    )
    others: QuerySet[LedgerEntry] = around.exclude(pk=spend.pk).spends_with_left()
    return others.order_by(Abs(F("sequence") - sequence))


def spends_near_each(spends: Sequence[LedgerEntry], most: int) -> dict[int, list[LedgerEntry]]:
    """Return by spend the other spends near it, the nearest first, so many of each. One query."""
    return _together({spend.pk: spends_near(spend) for spend in spends}, spends, most)


def repeats_of_each(spends: Sequence[LedgerEntry]) -> dict[int, list[Repeat]]:
    """Return by spend the spends that repeat it, the nearest first. One query."""
    alike = {
        spend.pk: spends_near(spend).filter(credits=spend.credits, quantity=spend.quantity)
        for spend in spends
    }
    found = _together(alike, spends, MOST_REPEATS)
    return {spend.pk: [_repeat(other, spend) for other in found[spend.pk]] for spend in spends}


def _together(
    near: dict[int, QuerySet[LedgerEntry]], spends: Sequence[LedgerEntry], most: int
) -> dict[int, list[LedgerEntry]]:
    """Read what is near each of some spends at once; what two have near them comes for both."""
    found: dict[int, list[LedgerEntry]] = {spend.pk: [] for spend in spends}
    parts = [
        part.annotate(around=Value(pk))[:most]  # type: ignore[no-redef]
        for pk, part in near.items()
    ]
    for other in parts[0].union(*parts[1:], all=True) if parts else ():
        found[other.around].append(other)
    for spend in spends:
        found[spend.pk].sort(key=lambda other: abs(other.sequence - spend.sequence))
    return found


def _repeat(other: LedgerEntry, spend: LedgerEntry) -> Repeat:
    return Repeat(
        entry=other,
        apart=abs(other.created_at - spend.created_at),
        is_identical=other.metadata == spend.metadata,
        left=other.left,
    )


@dataclass(frozen=True)
class RunSums:
    """Some runs of a service on a day, and what their credits cost that did not come back."""

    day: date
    service: str
    service_name: str
    runs: int
    cents: int


# What of a spend's credits and of their cost came back.
BACK = """
    LEFT JOIN LATERAL (
        SELECT coalesce(sum(b.credits), 0) AS credits, coalesce(sum(b.cost_cents), 0) AS cents
        FROM wallet_ledgerentry AS b WHERE b.reverses_id = e.id
    ) AS back ON TRUE
"""
FAILED = f"""
SELECT
    TRUE, (e.created_at AT TIME ZONE 'UTC')::date AS day, s.slug, s.name,
    count(*), sum(-e.cost_cents - back.cents)::bigint
FROM wallet_ledgerentry AS e
INNER JOIN wallet_service AS s ON s.id = e.service_id
{BACK}
WHERE e.wallet_id = %(wallet)s AND e.sequence > %(after)s AND e.sequence <= %(last)s
    AND e.kind = 'spend' AND e.metadata ->> 'outcome' = 'failed' AND e.created_at >= %(begin)s
GROUP BY day, s.slug, s.name
"""
# One pass over the entries finds runs with another of the same hash near them; of these few it is
# then decided by what came back: what did so wholly neither is a duplicate nor makes one. Hashes
# of 64 bits stand for what has to be the same: two of them meet once in a thousand million spans.
DUPLICATES = f"""
WITH hashed AS (
    SELECT
        e.id, e.sequence, e.created_at, e.service_id, e.credits, e.cost_cents,
        e.metadata ->> 'outcome' IS NOT DISTINCT FROM 'failed' AS is_failed,
        hash_numeric_extended(
            coalesce(e.quantity, 0),
            hash_numeric_extended(
                e.credits,
                hashint8extended(e.service_id, jsonb_hash_extended(e.metadata, 0))
            )
        ) AS hash
    FROM wallet_ledgerentry AS e
    WHERE e.wallet_id = %(wallet)s AND e.sequence > %(after)s AND e.sequence <= %(last)s
        AND e.kind = 'spend' AND e.metadata - 'outcome' <> '{{}}'
    OFFSET 0
), near AS (
    SELECT
        h.*,
        h.created_at - lag(h.created_at) OVER alike <= %(window)s AS repeats,
        lead(h.created_at) OVER alike - h.created_at <= %(window)s AS is_repeated
    FROM hashed AS h
    WINDOW alike AS (PARTITION BY h.hash ORDER BY h.sequence)
), decided AS (
    SELECT
        e.created_at, e.service_id, e.is_failed, -e.cost_cents - back.cents AS cents,
        e.created_at - lag(e.created_at) OVER (PARTITION BY e.hash ORDER BY e.sequence)
        <= %(window)s AS is_duplicate
    FROM near AS e
    {BACK}
    WHERE (e.repeats OR e.is_repeated) AND -e.credits > back.credits
)
SELECT
    FALSE, (d.created_at AT TIME ZONE 'UTC')::date AS day, s.slug, s.name,
    count(*), coalesce(sum(d.cents) FILTER (WHERE NOT d.is_failed), 0)::bigint
FROM decided AS d
INNER JOIN wallet_service AS s ON s.id = d.service_id
WHERE d.created_at >= %(begin)s AND d.is_duplicate
GROUP BY day, s.slug, s.name
"""


def looked_from(day: date) -> datetime:
    """Return the moment from which on entries are read for runs of a day and those after it."""
    begin = datetime.combine(day, time.min, UTC)
    return begin - REPEAT_WINDOW if day > date.min else begin


def end_of(day: date) -> datetime:
    """Return the last moment of a day (UTC)."""
    return datetime.combine(day, time.max, UTC)


@dataclass(frozen=True)
class Span:
    """Some whole days of a wallet, both counted (UTC), and the numbers of the entries to read.

    They are those above `after` up to `until`; the first may belong to the day before.
    """

    wallet: Wallet
    first: date
    last: date
    after: int
    until: int

    @classmethod
    def of(cls, wallet: Wallet, first: date, last: date) -> Span:
        """Return the days with their entries, and those that they may repeat. One query."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT ledger_sequence_at(%(wallet)s, %(begin)s), "
                "ledger_sequence_at(%(wallet)s, %(end)s)",
                {"wallet": wallet.pk, "begin": looked_from(first), "end": end_of(last)},
            )
            return cls(wallet, first, last, *cursor.fetchone())

    @property
    def entries(self) -> int:
        return self.until - self.after


def duplicate_runs(span: Span) -> list[RunSums]:
    """Return the runs that repeat an earlier one with the same input, by day and service.

    As in a dispute, of repeats one stays. Runs whose metadata says no more than their outcome
    are no duplicates: nothing tells what they were for. Cents leave failed runs out.
    """
    return [sums for _, sums in _sums(DUPLICATES, span)]


def faulty_runs(span: Span) -> tuple[list[RunSums], list[RunSums]]:
    """Return the runs that are marked as failed, and the duplicate ones. One query."""
    found = _sums(f"{FAILED} UNION ALL ({DUPLICATES})", span)
    failed = [sums for is_failed, sums in found if is_failed]
    return failed, [sums for is_failed, sums in found if not is_failed]


def _sums(statement: str, span: Span) -> list[tuple[bool, RunSums]]:
    asked: dict[str, Any] = {
        "wallet": span.wallet.pk,
        "after": span.after,
        "last": span.until,
        "begin": datetime.combine(span.first, time.min, UTC),
        "window": REPEAT_WINDOW,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return [(is_failed, RunSums(*row)) for is_failed, *row in cursor.fetchall()]

"""A wallet as it stood at any moment, exactly, from the ledger."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection

from creditsite.kernel import clock
from wallet.models import GrantSource, Wallet

# One statement sees one state of the database. From what the wallet's lots hold it takes the
# draws posted since: the nearer the moment, the less there is to read. A hold counts until it was
# settled or its time was over, whichever came first; what came free so pays debt first.
STATEMENT = """
WITH moment AS MATERIALIZED (
    SELECT w.id, w.debt, asked.at, ledger_sequence_at(w.id, asked.at) AS sequence
    FROM wallet_wallet AS w
    CROSS JOIN (SELECT coalesce(%(at)s::timestamptz, clock_timestamp()) AS at) AS asked
    WHERE w.id = %(wallet)s
), later AS MATERIALIZED (
    SELECT
        e.draws,
        CASE e.kind WHEN 'clawback' THEN (e.metadata ->> 'repaid_debt')::numeric END AS repaid
    FROM moment AS m
    INNER JOIN wallet_ledgerentry AS e ON e.wallet_id = m.id AND e.sequence > m.sequence
), moved AS (
    SELECT (draw ->> 0)::bigint AS lot, sum((draw ->> 1)::numeric) AS credits
    FROM later AS l CROSS JOIN LATERAL jsonb_array_elements(l.draws) AS draw
    GROUP BY 1
), held AS (
    SELECT
        (draw ->> 0)::bigint AS lot,
        sum(CASE WHEN h.expires_at > m.at THEN (draw ->> 1)::numeric ELSE 0 END) AS credits,
        sum(CASE WHEN h.expires_at > m.at THEN 0 ELSE (draw ->> 1)::numeric END) AS overdue
    FROM moment AS m
    INNER JOIN wallet_hold AS h
        ON h.wallet_id = m.id AND h.created_at <= m.at
        AND (h.settled_at IS NULL OR h.settled_at > m.at)
    CROSS JOIN LATERAL jsonb_array_elements(h.draws) AS draw
    GROUP BY 1
), lots AS (
    SELECT
        g.id, g.source, g.credits, g.priority, g.expires_at, g.cost_cents, g.created_at,
        g.remaining - coalesce(v.credits, 0) AS remaining,
        coalesce(h.credits, 0) AS held,
        coalesce(h.overdue, 0) AS overdue,
        g.expires_at > m.at AS spendable
    FROM moment AS m
    INNER JOIN wallet_grant AS g ON g.wallet_id = m.id
    LEFT JOIN moved AS v ON v.lot = g.id
    LEFT JOIN held AS h ON h.lot = g.id
), figures AS (
    SELECT
        m.at, m.sequence,
        coalesce((
            SELECT e.balance_after FROM wallet_ledgerentry AS e
            WHERE e.wallet_id = m.id AND e.sequence = m.sequence
        ), 0)::numeric(18, 4) AS balance,
        (
            m.debt + (SELECT coalesce(sum(l.repaid), 0) FROM later AS l)
            - (
                SELECT coalesce(sum(c.owed), 0) FROM wallet_clawback AS c
                WHERE c.wallet_id = m.id AND c.created_at > m.at
            )
        )::numeric(18, 4) AS debt
    FROM moment AS m
)
SELECT
    f.at, f.sequence, f.balance, f.debt,
    coalesce(sum(l.held), 0)::numeric(18, 4),
    (
        coalesce(sum(l.remaining - l.held) FILTER (WHERE l.spendable), 0)
        - least(coalesce(sum(l.overdue) FILTER (WHERE l.spendable), 0), f.debt)
    )::numeric(18, 4),
    coalesce(jsonb_agg(
        jsonb_build_array(
            l.id, l.source, l.credits::text, l.remaining::numeric(18, 4)::text,
            l.held::numeric(18, 4)::text,
            to_char(l.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        )
        ORDER BY
            l.priority, l.expires_at, l.cost_cents > 0, l.cost_cents / l.credits, l.created_at,
            l.id
    ) FILTER (WHERE l.remaining > 0), '[]')
FROM figures AS f
LEFT JOIN lots AS l ON TRUE
GROUP BY f.at, f.sequence, f.balance, f.debt
"""


@dataclass(frozen=True)
class LotAt:
    """A lot as it stood then: what was granted, what remained, what holds set aside of that."""

    id: int
    source: str
    source_label: str
    credits: Decimal
    remaining: Decimal
    held: Decimal
    expires_at: datetime | None


@dataclass(frozen=True)
class WalletAt:
    """A wallet's figures at a moment, after its entry number `sequence` (0: before its first).

    `lots` are those in which credits remained, in the draw order.
    """

    wallet_id: int
    at: datetime
    sequence: int
    balance: Decimal
    held: Decimal
    available: Decimal
    debt: Decimal
    lots: list[LotAt]


def wallet_at(wallet: Wallet, at: datetime | None = None) -> WalletAt:
    """Return the wallet as it stood at a moment that has passed; without one, as it stands now.

    Exact to the entry: what was posted, held, released, expired and owed by then counts. One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, {"wallet": wallet.pk, "at": at})
        moment, sequence, balance, debt, held, available, lots = cursor.fetchone()
    return WalletAt(
        wallet_id=wallet.pk,
        at=moment,
        sequence=sequence,
        balance=balance,
        held=held,
        available=available,
        debt=debt,
        lots=[_lot(*lot) for lot in json.loads(lots)],
    )


def sequence_at(wallet: Wallet, at: datetime) -> int:
    """Return the number of the wallet's newest entry at a moment; 0 before its first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_sequence_at(%s, %s)", [wallet.pk, at])
        sequence: int = cursor.fetchone()[0]
    return sequence


def _lot(  # noqa: PLR0917 (the columns of a lot, in the statement's order)
    id: int, source: str, credits: str, remaining: str, held: str, expires_at: str
) -> LotAt:
    expiry = datetime.fromisoformat(expires_at)
    return LotAt(
        id=id,
        source=source,
        source_label=GrantSource(source).label,
        credits=Decimal(credits),
        remaining=Decimal(remaining),
        held=Decimal(held),
        expires_at=None if expiry >= clock.NEVER else expiry,
    )

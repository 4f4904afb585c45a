"""Checks the ledger against its own rules: set-based, in SQL, a range of wallets at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Max

from wallet.models import Wallet

WALLETS_AT_ONCE = 2000

# Every query names faults of the wallets between two ids: wallet, sequence (0: the wallet
# itself or one of its lots), and what is wrong.
SHAPE = """
    SELECT e.wallet_id, e.sequence, 'its draws can''t be read'
    FROM wallet_ledgerentry AS e
    WHERE e.wallet_id BETWEEN %(first)s AND %(last)s
      AND CASE WHEN jsonb_typeof(e.draws) <> 'array' THEN TRUE ELSE EXISTS (
          SELECT 1 FROM jsonb_array_elements(e.draws) AS draw
          WHERE jsonb_typeof(draw) <> 'array' OR draw ->> 0 !~ '^[0-9]{1,18}$'
             OR draw ->> 1 !~ '^-?[0-9]{1,14}[.][0-9]{4}$'
             OR draw ->> 0 IS NULL OR draw ->> 1 IS NULL
      ) END
"""
CHECKS: dict[str, str] = {
    "sequence": """
        SELECT wallet_id, sequence, 'entry ' || expected || ' is missing' FROM (
            SELECT wallet_id, sequence,
                   row_number() OVER (PARTITION BY wallet_id ORDER BY sequence) AS expected
            FROM wallet_ledgerentry WHERE wallet_id BETWEEN %(first)s AND %(last)s
        ) AS numbered WHERE sequence <> expected
    """,
    "balance": """
        SELECT wallet_id, sequence, 'the balance after it should be ' || expected FROM (
            SELECT wallet_id, sequence, balance_after,
                   sum(credits) OVER (PARTITION BY wallet_id ORDER BY sequence) AS expected
            FROM wallet_ledgerentry WHERE wallet_id BETWEEN %(first)s AND %(last)s
        ) AS summed WHERE balance_after <> expected
    """,
    "chain": """
        SELECT wallet_id, sequence, 'its hash does not match what it says' FROM (
            SELECT e.wallet_id, e.sequence, e.hash,
                   ledger_entry_hash(
                       coalesce(lag(e.hash) OVER (PARTITION BY e.wallet_id ORDER BY e.sequence),
                                ''::bytea),
                       e) AS expected
            FROM wallet_ledgerentry AS e WHERE e.wallet_id BETWEEN %(first)s AND %(last)s
        ) AS hashed WHERE hash <> expected
    """,
    "draws": """
        SELECT e.wallet_id, e.sequence, 'its draws add up to ' || coalesce(drawn.credits, 0)
        FROM wallet_ledgerentry AS e
        LEFT JOIN LATERAL (
            SELECT sum((draw ->> 1)::numeric) AS credits
            FROM jsonb_array_elements(e.draws) AS draw
        ) AS drawn ON TRUE
        WHERE e.wallet_id BETWEEN %(first)s AND %(last)s
          AND drawn.credits IS DISTINCT FROM e.credits
    """,
    "wallet": """
        SELECT w.id, 0, 'the wallet does not stand where its newest entry left it'
        FROM wallet_wallet AS w
        LEFT JOIN LATERAL (
            SELECT e.sequence, e.balance_after, e.hash FROM wallet_ledgerentry AS e
            WHERE e.wallet_id = w.id ORDER BY e.sequence DESC LIMIT 1
        ) AS newest ON TRUE
        WHERE w.id BETWEEN %(first)s AND %(last)s
          AND (w.sequence, w.balance, w.head) IS DISTINCT FROM (
              coalesce(newest.sequence, 0), coalesce(newest.balance_after, 0),
              coalesce(newest.hash, ''::bytea))
    """,
    "lots": """
        SELECT g.wallet_id, 0, 'lot ' || g.id || ' should have '
               || coalesce(drawn.credits, 0) || ' credits left'
        FROM wallet_grant AS g
        LEFT JOIN (
            SELECT e.wallet_id, (draw ->> 0)::bigint AS grant_id,
                   sum((draw ->> 1)::numeric) AS credits
            FROM wallet_ledgerentry AS e, jsonb_array_elements(e.draws) AS draw
            WHERE e.wallet_id BETWEEN %(first)s AND %(last)s
            GROUP BY 1, 2
        ) AS drawn ON drawn.grant_id = g.id AND drawn.wallet_id = g.wallet_id
        WHERE g.wallet_id BETWEEN %(first)s AND %(last)s
          AND g.remaining <> coalesce(drawn.credits, 0)
    """,
    "foreign_lots": """
        SELECT e.wallet_id, e.sequence, 'it draws on lot ' || (draw ->> 0)
               || ', which is not of this wallet'
        FROM wallet_ledgerentry AS e
        CROSS JOIN LATERAL jsonb_array_elements(e.draws) AS draw
        LEFT JOIN wallet_grant AS g ON g.id = (draw ->> 0)::bigint AND g.wallet_id = e.wallet_id
        WHERE e.wallet_id BETWEEN %(first)s AND %(last)s AND g.id IS NULL
    """,
    "origin": """
        SELECT g.wallet_id, 0, 'lot ' || g.id || ' is not what the entry says that made it'
        FROM wallet_grant AS g
        LEFT JOIN LATERAL (
            SELECT said.metadata,
                   coalesce((said.metadata ->> 'credits')::numeric, e.credits) AS credits,
                   coalesce((said.metadata ->> 'cost_cents')::bigint, e.cost_cents) AS cost_cents
            FROM wallet_ledgerentry AS e
            CROSS JOIN LATERAL (
                SELECT coalesce(e.metadata -> 'lots' -> g.id::text, e.metadata) AS metadata
            ) AS said
            WHERE e.wallet_id = g.wallet_id AND e.created_at = g.created_at
              AND e.credits > 0 AND e.draws @@ format('$[*][0] == %%s', g.id)::jsonpath
        ) AS made ON TRUE
        WHERE g.wallet_id BETWEEN %(first)s AND %(last)s
          AND (g.credits, g.cost_cents, g.source, g.currency, g.priority::text,
               to_char(g.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
              IS DISTINCT FROM
              (made.credits, made.cost_cents, made.metadata ->> 'source',
               made.metadata ->> 'currency', made.metadata ->> 'priority',
               made.metadata ->> 'expires_at')
    """,
    "figures": """
        SELECT w.id, 0, 'it holds credits or owes some, and nothing says why'
        FROM wallet_wallet AS w
        WHERE w.id BETWEEN %(first)s AND %(last)s AND (w.held, w.debt) IS DISTINCT FROM (
            (SELECT coalesce(sum(h.credits), 0) FROM wallet_hold AS h
             WHERE h.wallet_id = w.id AND h.status = 'open'),
            (SELECT coalesce(sum(c.owed), 0) FROM wallet_clawback AS c WHERE c.wallet_id = w.id)
            - (SELECT coalesce(sum((e.metadata ->> 'repaid_debt')::numeric), 0)
               FROM wallet_ledgerentry AS e
               WHERE e.wallet_id = w.id AND e.kind = 'clawback' AND e.metadata ? 'repaid_debt'))
    """,
    "expiry": """
        SELECT w.id, 0, 'a lot expires before the wallet looks for one'
        FROM wallet_wallet AS w
        WHERE w.id BETWEEN %(first)s AND %(last)s AND EXISTS (
            SELECT 1 FROM wallet_grant AS g
            WHERE g.wallet_id = w.id AND g.is_open AND g.remaining > g.held
              AND g.expires_at < w.next_expiry_at
        )
    """,
    "cost": """
        SELECT lots.wallet_id, 0, 'the entries moved ' || coalesce(moved.cents, 0)
               || ' cents of lots that stand at ' || lots.cents
        FROM (
            SELECT wallet_id,
                   sum(cost_cents - round(cost_cents * (credits - remaining) / credits)) AS cents
            FROM wallet_grant WHERE wallet_id BETWEEN %(first)s AND %(last)s GROUP BY 1
        ) AS lots
        LEFT JOIN (
            SELECT wallet_id, sum(cost_cents) AS cents
            FROM wallet_ledgerentry WHERE wallet_id BETWEEN %(first)s AND %(last)s GROUP BY 1
        ) AS moved USING (wallet_id)
        WHERE lots.cents <> coalesce(moved.cents, 0)
    """,
}


# These read the draws, which must have the shape they should.
READS_DRAWS = {"draws", "lots", "foreign_lots", "origin"}


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: which check, in which wallet, at which entry (0: none)."""

    check: str
    wallet_id: int
    sequence: int
    detail: str


@dataclass(frozen=True)
class Progress:
    """How far a verification is: wallets and entries checked, faults found in this range."""

    wallets: int
    entries: int
    faults: list[Fault]


def verify_wallets(*, wallet_id: int | None = None) -> Iterator[Progress]:
    """Check all wallets, or one, and yield after each range of them.

    Reads one consistent picture per range, so that spending may go on meanwhile. Per check and
    range only the first fault is told.
    """
    if wallet_id is not None:
        yield _verify_range(wallet_id, wallet_id)
        return
    largest = Wallet.objects.aggregate(largest=Max("id"))["largest"] or 0
    for first in range(1, largest + 1, WALLETS_AT_ONCE):
        yield _verify_range(first, min(first + WALLETS_AT_ONCE - 1, largest))


def _verify_range(first: int, last: int) -> Progress:
    bounds = {"first": first, "last": last}
    own_transaction = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if own_transaction:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        faults = _faults(cursor, {"shape": SHAPE}, bounds)
        unreadable = READS_DRAWS if faults else set()
        readable = {name: sql for name, sql in CHECKS.items() if name not in unreadable}
        faults += _faults(cursor, readable, bounds)
        cursor.execute(
            "SELECT (SELECT count(*) FROM wallet_wallet WHERE id BETWEEN %(first)s AND %(last)s),"
            " (SELECT count(*) FROM wallet_ledgerentry"
            " WHERE wallet_id BETWEEN %(first)s AND %(last)s)",
            bounds,
        )
        wallets, entries = cursor.fetchone()
    return Progress(wallets, entries, faults)


def _faults(cursor: CursorWrapper, checks: dict[str, str], bounds: dict[str, int]) -> list[Fault]:
    found = []
    for check, statement in checks.items():
        cursor.execute(f"{statement} ORDER BY 1, 2 LIMIT 1", bounds)
        found += [Fault(check, *row) for row in cursor.fetchall()]
    return found

"""Millions of ledger entries in minutes: set-based, past all guards.

They have no valid chain; everything else is as the ledger leaves it, so that wallets can be
spent from and read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from psycopg import sql

from benchmarks.population import ACTOR, SERVICE
from benchmarks.stage import Database, Session
from creditsite.development.steps import say
from wallet.actions import spend_credits

ROWS_AT_ONCE = 500_000
MINUTE = timedelta(minutes=1)
# What differs from the entry copied, by column. `w` is the wallet, `n` counts steps of time from
# 1, `k` a wallet's entries of one step, `place` all of its entries.
DIFFERENT = {
    "id": "nextval('wallet_ledgerentry_id_seq')",
    "wallet_id": "w.id",
    "sequence": "w.sequence + place",
    "balance_after": "w.balance + place * e.credits",
    "draws": "jsonb_set(e.draws, '{0,0}', to_jsonb(w.lot))",
    "idempotency_key": "md5(w.id || ' ' || place)",
    "request_hash": "sha256(convert_to(w.id || ' ' || place, 'UTF8'))",
    "created_at": "e.created_at - %(apart)s * (%(entries)s - n + (w.times - k) / w.times::float)",
    "hash": "sha256(convert_to(place || ' ' || w.id, 'UTF8'))",
}
WALLETS = """
    SELECT w.*, coalesce((%(busy)s::jsonb ->> w.id::text)::int, 1) AS times, (
        SELECT min(g.id) FROM wallet_grant AS g WHERE g.wallet_id = w.id AND g.is_open
    ) AS lot
    FROM wallet_wallet AS w WHERE w.id = ANY(%(wallets)s)
"""
INSERT = f"""
    INSERT INTO wallet_ledgerentry ({{columns}})
    SELECT {{values}}
    FROM generate_series(%(first)s::int, %(last)s::int) AS n
    CROSS JOIN ({WALLETS}) AS w
    CROSS JOIN LATERAL generate_series(1, w.times) AS k
    CROSS JOIN LATERAL (SELECT (n - 1) * w.times + k AS place) AS p
    CROSS JOIN (SELECT * FROM wallet_ledgerentry WHERE id = %(copied)s) AS e
    ORDER BY n, k, w.id
"""
MOVE_WALLETS = f"""
    UPDATE wallet_wallet AS w
    SET sequence = w.sequence + m.times * %(entries)s,
        balance = w.balance - m.times * %(entries)s,
        head = sha256(w.head)
    FROM ({WALLETS}) AS m WHERE m.id = w.id
"""
MOVE_LOTS = f"""
    UPDATE wallet_grant AS g SET remaining = g.remaining - m.times * %(entries)s
    FROM ({WALLETS}) AS m WHERE m.lot = g.id
"""
# What was there before is older than all of it: numbers rise with time.
AGE = """
    UPDATE {table} SET created_at = created_at - %(apart)s * (%(entries)s + 1)
    WHERE {wallet} = ANY(%(wallets)s)
"""
OLDER = {"wallet_ledgerentry": "wallet_id", "wallet_grant": "wallet_id", "wallet_wallet": "id"}
# All but the primary key, which others refer to: name, how to drop it, how to make it again.
INDEXES = """
    SELECT format('ALTER TABLE wallet_ledgerentry DROP CONSTRAINT %I', conname),
           format('ALTER TABLE wallet_ledgerentry ADD CONSTRAINT %I %s',
                  conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE conrelid = 'wallet_ledgerentry'::regclass AND contype = 'u'
    UNION ALL
    SELECT format('DROP INDEX %I', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid)
    FROM pg_index AS i
    WHERE i.indrelid = 'wallet_ledgerentry'::regclass
      AND NOT EXISTS (SELECT 1 FROM pg_constraint AS c WHERE c.conindid = i.indexrelid)
"""


def add_entries(
    database: Database,
    *,
    wallets: list[int],
    entries: int,
    apart: timedelta = MINUTE,
    busy: Mapping[int, int] | None = None,
    different: Mapping[str, str] | None = None,
    values: Mapping[str, Any] | None = None,
) -> None:
    """Give each of the wallets so many entries: spends of one credit, so far apart, up to now.

    Wallets in `busy` get that many at each step of time. `different` says in SQL, with
    parameters from `values`, which columns are not those of a plain spend.
    """
    asked = {
        "wallets": wallets,
        "entries": entries,
        "apart": apart,
        "busy": json.dumps(busy or {}),
        "copied": _real_spend(wallets[0]),
        **(values or {}),
    }
    with database.connect() as session:
        session.execute("SET session_replication_role = replica")
        session.execute("SET maintenance_work_mem = '512MB'")
        for table, wallet in OLDER.items():
            statement = sql.SQL(AGE).format(
                table=sql.Identifier(table), wallet=sql.Identifier(wallet)
            )
            session.execute(statement, asked)
        indexes = session.execute(INDEXES).fetchall()
        for drop, _ in indexes:
            session.execute(drop)
        _insert(session, asked, DIFFERENT | dict(different or {}))
        for move in (MOVE_LOTS, MOVE_WALLETS):
            session.execute(move, asked)
        for _, make in indexes:
            session.execute(make)
    database.settle()


def _real_spend(wallet: int) -> int:
    """Spend a credit and return the entry's id: what all others are copies of."""
    posting = spend_credits(
        wallet_id=wallet,
        service=SERVICE,
        quantity=Decimal(1),
        idempotency_key="copied",
        actor=ACTOR,
    )
    return posting.entry.pk


def _insert(session: Session, asked: dict[str, Any], different: dict[str, str]) -> None:
    columns = [
        str(name)
        for (name,) in session.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'wallet_ledgerentry'::regclass"
            " AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
        )
    ]
    statement = sql.SQL(INSERT).format(
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        values=sql.SQL(", ").join(sql.SQL(different.get(name, f"e.{name}")) for name in columns),
    )
    entries = asked["entries"]
    each = sum(json.loads(asked["busy"]).get(str(wallet), 1) for wallet in asked["wallets"])
    step = max(1, ROWS_AT_ONCE // each)
    for first in range(1, entries + 1, step):
        last = min(first + step - 1, entries)
        session.execute(statement, asked | {"first": first, "last": last})
        say(f"      {last * each:,} of {entries * each:,} entries")

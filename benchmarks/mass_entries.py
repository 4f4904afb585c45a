"""Millions of ledger entries in minutes: set-based, past all guards.

They have no valid chain; everything else is as the ledger leaves it, so that wallets can be
spent from and read.
"""

from __future__ import annotations

from decimal import Decimal

from psycopg import sql

from benchmarks.population import ACTOR, SERVICE
from benchmarks.stage import Database, Session
from creditsite.development.steps import say
from wallet.actions import spend_credits

ROWS_AT_ONCE = 500_000
# What differs from the entry copied, by column. `w` is the wallet, `n` counts from 1.
DIFFERENT = {
    "id": "nextval('wallet_ledgerentry_id_seq')",
    "wallet_id": "w.id",
    "sequence": "w.sequence + n",
    "balance_after": "w.balance + n * e.credits",
    "draws": "jsonb_set(e.draws, '{0,0}', to_jsonb(w.lot))",
    "idempotency_key": "md5(w.id || ' ' || n)",
    "request_hash": "sha256(convert_to(w.id || ' ' || n, 'UTF8'))",
    "created_at": "e.created_at - make_interval(mins => %(entries)s - n)",
    "hash": "sha256(convert_to(n || ' ' || w.id, 'UTF8'))",
}
INSERT = """
    INSERT INTO wallet_ledgerentry ({columns})
    SELECT {values}
    FROM generate_series(%(first)s::int, %(last)s::int) AS n
    CROSS JOIN (
        SELECT w.*, (
            SELECT min(g.id) FROM wallet_grant AS g WHERE g.wallet_id = w.id AND g.is_open
        ) AS lot
        FROM wallet_wallet AS w WHERE w.id = ANY(%(wallets)s) ORDER BY w.id
    ) AS w
    CROSS JOIN (SELECT * FROM wallet_ledgerentry WHERE id = %(copied)s) AS e
    ORDER BY n, w.id
"""
MOVE_WALLETS = """
    UPDATE wallet_wallet
    SET sequence = sequence + %(entries)s, balance = balance - %(entries)s,
        head = sha256(head)
    WHERE id = ANY(%(wallets)s)
"""
MOVE_LOTS = """
    UPDATE wallet_grant SET remaining = remaining - %(entries)s
    WHERE id IN (
        SELECT min(id) FROM wallet_grant WHERE wallet_id = ANY(%(wallets)s) AND is_open
        GROUP BY wallet_id
    )
"""
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


def add_entries(database: Database, *, wallets: list[int], entries: int) -> None:
    """Give each of the wallets so many entries: spends of one credit, a minute apart."""
    copied = _real_spend(wallets[0])
    with database.connect() as session:
        session.execute("SET session_replication_role = replica")
        session.execute("SET maintenance_work_mem = '512MB'")
        indexes = session.execute(INDEXES).fetchall()
        for drop, _ in indexes:
            session.execute(drop)
        _insert(session, wallets, entries, copied)
        for statement in (MOVE_WALLETS, MOVE_LOTS):
            session.execute(statement, {"wallets": wallets, "entries": entries})
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


def _insert(session: Session, wallets: list[int], entries: int, copied: int) -> None:
    columns = [
        str(name)
        for (name,) in session.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'wallet_ledgerentry'::regclass"
            " AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
        )
    ]
    statement = sql.SQL(INSERT).format(
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        values=sql.SQL(", ").join(sql.SQL(DIFFERENT.get(name, f"e.{name}")) for name in columns),
    )
    step = max(1, ROWS_AT_ONCE // len(wallets))
    for first in range(1, entries + 1, step):
        last = min(first + step - 1, entries)
        session.execute(
            statement,
            {
                "first": first,
                "last": last,
                "entries": entries,
                "wallets": wallets,
                "copied": copied,
            },
        )
        say(f"      {last * len(wallets):,} of {entries * len(wallets):,} entries")

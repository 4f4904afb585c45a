"""The spend function against pgbench's own scripts, driven by pgbench."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks import pgbench, population
from benchmarks.measure import Contest, Figure, Measure, Side
from benchmarks.pgbench import Load
from benchmarks.stage import Database, Stage

HOT_SHARE = """
    SELECT relname, round(100.0 * n_tup_hot_upd / nullif(n_tup_upd, 0), 1)
    FROM pg_stat_user_tables WHERE relname IN ('wallet_grant', 'wallet_wallet') ORDER BY 1
"""


@contextmanager
def prepare(stage: Stage) -> Iterator[Contest]:
    with stage.borrowed("spend_function") as database:
        spend = pgbench.write_spend_script(stage.folder, wallets=population.wallet_ids())
        pgbench.make_tables(database)
        database.settle()
        loads = {
            "ledger_spend": spend,
            "tpcb-like": Load(("--builtin=tpcb-like",)),
            "simple-update": Load(("--builtin=simple-update",)),
            "ledger_spend, unprepared": Load(spend.script, "simple"),
            "tpcb-like, unprepared": Load(("--builtin=tpcb-like",), "simple"),
        }
        yield Contest(
            [_side(name, load, database) for name, load in loads.items()],
            remarks=lambda: _hot_shares(database),
        )


def _side(name: str, load: Load, database: Database) -> Side:
    return Side(
        name,
        lambda seconds: load.run(database=database, seconds=seconds),
        ledger=database if name.startswith("ledger_spend") else None,
    )


def _hot_shares(database: Database) -> list[str]:
    with database.connect() as session:
        shares = session.execute(HOT_SHARE).fetchall()
    return [f"HOT updates of {name}: {share} %" for name, share in shares]


MEASURE = Measure(
    name="spend_function",
    unit="transactions/s",
    figures=(
        Figure("spend function / tpcb-like, 8 clients", "ledger_spend", "tpcb-like", 0.8, 1.25),
        Figure(
            "spend function / tpcb-like, statements unprepared",
            *("ledger_spend, unprepared", "tpcb-like, unprepared"),
        ),
        Figure("spend function / simple-update", "ledger_spend", "simple-update"),
    ),
    prepare=prepare,
)

"""What a ledger of millions costs: spends and pages of the history, against a small one."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks import mass_entries, pgbench
from benchmarks.crew import Operation, Work
from benchmarks.measure import Contest, Figure, Measure, Side
from benchmarks.pgbench import Load
from benchmarks.population import WALLETS, wallet_ids
from benchmarks.stage import Database, Stage
from wallet.models import Wallet
from wallet.reports.history import history_page

LARGE = 5_000_000
# The small ledger needs some wallets with enough entries for pages.
READ_WALLETS, READ_ENTRIES = 5, 200
PAGE = 25


def reading(*, client: int, wallets: list[int]) -> Operation:
    """Read a page from the middle of a random wallet's history."""
    found = Wallet.objects.in_bulk(wallets)

    def operation() -> int:
        wallet = found[random.choice(wallets)]
        page = history_page(wallet, before=random.randint(PAGE + 1, wallet.sequence + 1), size=PAGE)
        assert len(page.entries) == PAGE
        return 1

    return operation


@contextmanager
def prepare(stage: Stage) -> Iterator[Contest]:
    with stage.borrowed("large") as large, stage.borrowed("small") as small:
        wallets = wallet_ids()
        few = random.sample(wallets, READ_WALLETS)
        mass_entries.add_entries(small, wallets=few, entries=READ_ENTRIES)
        large.use()
        mass_entries.add_entries(
            large, wallets=wallets, entries=round(LARGE * stage.scale / WALLETS)
        )
        spend = pgbench.write_spend_script(stage.folder, wallets=wallets)
        yield Contest(
            [
                _spending("spends, large", spend, large),
                _spending("spends, small", spend, small),
                stage.load("pages, large", Work(reading, large.name, {"wallets": wallets})),
                stage.load("pages, small", Work(reading, small.name, {"wallets": few})),
            ],
            remarks=lambda: [f"{large.entries():,} entries against {small.entries():,}"],
        )


def _spending(name: str, spend: Load, database: Database) -> Side:
    return Side(name, lambda seconds: spend.run(database=database, seconds=seconds), database)


MEASURE = Measure(
    name="large_ledger",
    unit="per second",
    figures=(
        Figure("spend with 5 M entries / with 10 k", "spends, large", "spends, small", 0.65, 0.9),
        Figure("history page with 5 M entries / 10 k", "pages, large", "pages, small", 0.65, 0.9),
    ),
    prepare=prepare,
)

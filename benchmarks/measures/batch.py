"""Batches of 100 spends against single ones: wallets far apart, and one hot wallet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.crew import Work
from benchmarks.measure import Contest, Figure, Measure
from benchmarks.operations import spending, spending_in_batches
from benchmarks.population import wallet_ids
from benchmarks.stage import Stage


@contextmanager
def prepare(stage: Stage) -> Iterator[Contest]:
    with stage.borrowed("batch") as database:
        everyone = {"wallets": wallet_ids()}
        one = {"wallets": wallet_ids()[:1]}
        loads = {
            "batches, spread": Work(spending_in_batches, database.name, everyone),
            "singles, spread": Work(spending, database.name, everyone),
            "batches, one wallet": Work(spending_in_batches, database.name, one),
            "singles, one wallet": Work(spending, database.name, one),
        }
        yield Contest([stage.load(name, work, ledger=database) for name, work in loads.items()])


MEASURE = Measure(
    name="batch",
    unit="spends/s",
    figures=(
        Figure(
            "batch of 100 / singles, wallets spread",
            *("batches, spread", "singles, spread"),
            floor=3,
            aim=5,
        ),
        Figure(
            "batch of 100 / singles, one hot wallet",
            *("batches, one wallet", "singles, one wallet"),
            floor=4,
            aim=15,
        ),
    ),
    prepare=prepare,
)

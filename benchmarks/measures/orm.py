"""`spend_credits` against the same written plainly with the ORM."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.crew import Work
from benchmarks.measure import Contest, Figure, Measure
from benchmarks.operations import spending
from benchmarks.population import wallet_ids
from benchmarks.references import orm_spend
from benchmarks.stage import Stage


@contextmanager
def prepare(stage: Stage) -> Iterator[Contest]:
    # Two databases: the reference's entries are chained in a way of its own.
    with stage.borrowed("orm") as plain, stage.borrowed("orm_ours") as ours:
        wallets = {"wallets": wallet_ids()}
        by_orm = wallets | {"spend": orm_spend.spend_credits}
        yield Contest(
            [
                stage.load("spend_credits", Work(spending, ours.name, wallets), ledger=ours),
                stage.load("ORM", Work(spending, plain.name, by_orm), ledger=plain),
            ]
        )


MEASURE = Measure(
    name="orm",
    unit="spends/s",
    figures=(Figure("spend_credits / the same with the ORM", "spend_credits", "ORM", 6, 12),),
    prepare=prepare,
)

"""`spend_credits` against django-hordak's `transfer_to`, bare and made safe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.crew import Work
from benchmarks.measure import Contest, Figure, Measure
from benchmarks.operations import spending
from benchmarks.population import wallet_ids
from benchmarks.references import hordak_transfer
from benchmarks.stage import Stage


@contextmanager
def prepare(stage: Stage) -> Iterator[Contest]:
    with stage.borrowed("hordak") as database:
        accounts = hordak_transfer.open_accounts()
        database.settle()
        bare = Work(hordak_transfer.transferring, database.name, accounts)
        guarded = Work(hordak_transfer.transferring_safely, database.name, accounts)
        ours = Work(spending, database.name, {"wallets": wallet_ids()})
        yield Contest(
            [
                stage.load("spend_credits", ours, ledger=database),
                stage.load("transfer_to", bare),
                stage.load("transfer_to, guarded", guarded),
            ]
        )


MEASURE = Measure(
    name="hordak",
    unit="spends/s",
    figures=(
        Figure("spend_credits / hordak transfer_to", "spend_credits", "transfer_to", 3, 4.5),
        Figure(
            "spend_credits / hordak transfer_to, locked and checked",
            *("spend_credits", "transfer_to, guarded"),
            floor=7,
            aim=12,
        ),
    ),
    prepare=prepare,
)

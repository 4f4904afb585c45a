"""One wallet that everybody spends from: ways to wait for it, and ways to wait less often."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.crew import Work
from benchmarks.measure import Contest, Figure, Measure
from benchmarks.operations import spending, spending_in_batches
from benchmarks.population import wallet_ids
from benchmarks.references import coalescing
from benchmarks.stage import Stage

WITHOUT_QUEUE = Path(coalescing.__file__).with_name("ledger_lock_without_queue.sql").read_text()


@contextmanager
def prepare(stage: Stage) -> Iterator[Contest]:
    with stage.borrowed("row_lock") as row_lock, stage.borrowed("hot") as hot:
        with row_lock.connect() as session:
            session.execute(WITHOUT_QUEUE)
        one = {"wallets": wallet_ids()[:1]}
        together = one | {"spend": coalescing.spend_credits}
        # As many processes and threads as `make run` has: only threads can coalesce.
        work = partial(Work, processes=2, threads=4)
        yield Contest(
            [
                stage.load("advisory queue", work(spending, hot.name, one), ledger=hot),
                stage.load("row lock only", work(spending, row_lock.name, one), ledger=row_lock),
                stage.load("coalesced", work(spending, hot.name, together), ledger=hot),
                stage.load("batches of 100", work(spending_in_batches, hot.name, one), ledger=hot),
            ]
        )


MEASURE = Measure(
    name="hot_wallet",
    unit="spends/s",
    figures=(
        Figure("hot wallet: advisory queue / row lock only", "advisory queue", "row lock only"),
        Figure("hot wallet: coalesced in process / singles", "coalesced", "advisory queue"),
        Figure("hot wallet: batches of 100 / singles", "batches of 100", "advisory queue"),
    ),
    prepare=prepare,
)

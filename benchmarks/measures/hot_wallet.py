"""One wallet that everybody spends from: ways to wait for it, and ways to wait less often."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from benchmarks.crew import Work
from benchmarks.measure import Contest, Figure, Measure
from benchmarks.operations import spending, spending_in_batches
from benchmarks.population import wallet_ids
from benchmarks.references import coalescing
from benchmarks.stage import Stage
from wallet.apps import SQL_DIRECTORY

# The functions that take a wallet's lock, and the queue before it that is taken out of each.
QUEUES = {
    "ledger_lock.sql": "pg_advisory_xact_lock((4711::bigint << 48) | p_wallet) IS NOT NULL",
    "ledger_spend.sql": "pg_try_advisory_xact_lock((4711::bigint << 48) | p_wallet)",
}


class NoQueue(Exception):
    """A function of the site no longer takes the queue as it was taken out here."""


@contextmanager
def prepare(stage: Stage) -> Iterator[Contest]:
    with stage.borrowed("row_lock") as row_lock, stage.borrowed("hot") as hot:
        with row_lock.connect() as session:
            for name in QUEUES:
                session.execute(_without_queue(name))
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


def _without_queue(name: str) -> bytes:
    function = (SQL_DIRECTORY / name).read_text()
    if QUEUES[name] not in function:
        raise NoQueue(name)
    return function.replace(QUEUES[name], "TRUE").encode()


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

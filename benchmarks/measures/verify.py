"""Proving the ledger: entries that `verify_ledger` checks in a second."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks import pgbench
from benchmarks.measure import Contest, Figure, Measure, Sample, Side
from benchmarks.population import wallet_ids
from benchmarks.stage import Stage
from wallet.verification import verify_wallets

ENTRIES = 100_000


class Faulty(Exception):
    """The ledger that real spends made does not hold."""


@contextmanager
def prepare(stage: Stage) -> Iterator[Contest]:
    with stage.borrowed("verify") as database:
        spend = pgbench.write_spend_script(stage.folder, wallets=wallet_ids())
        # Real spends, which alone make a valid chain; nobody waits for the disc meanwhile.
        with database.connect() as session:
            session.execute(f'ALTER DATABASE "{database.name}" SET synchronous_commit = off')
        spend.repeat(database=database, transactions=int(ENTRIES * stage.scale))
        database.settle()
        yield Contest([Side("verify_ledger", _verify)])


def _verify(seconds: float) -> Sample:
    """Verify the whole ledger, again and again for so long."""
    began = time.perf_counter()
    entries = 0
    while (elapsed := time.perf_counter() - began) < seconds:
        for progress in verify_wallets():
            entries += progress.entries
            if progress.faults:
                raise Faulty(str(progress.faults[0]))
    return Sample(units=entries, rate=entries / elapsed)


MEASURE = Measure(
    name="verify",
    unit="entries/s",
    figures=(Figure("verify_ledger, entries/s", "verify_ledger", None, 150_000, 350_000),),
    prepare=prepare,
)

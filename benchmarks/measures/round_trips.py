"""How many statements a spend sends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.crew import Operation
from benchmarks.measure import Contest, Figure, Measure, Sample, Side
from benchmarks.operations import spending
from benchmarks.population import wallet_ids
from benchmarks.references.orm_spend import spend_credits
from benchmarks.stage import Stage


@contextmanager
def prepare(stage: Stage) -> Iterator[Contest]:
    with stage.borrowed("round_trips"):
        wallets = wallet_ids()
        ours = spending(client=0, wallets=wallets)
        plain = spending(client=0, wallets=wallets, spend=spend_credits)
        yield Contest(
            [
                Side("spend_credits", lambda _: _statements(ours)),
                Side("ORM", lambda _: _statements(plain)),
            ]
        )


def _statements(operation: Operation) -> Sample:
    """Count what one spend sends, BEGIN and COMMIT too."""
    with CaptureQueriesContext(connection) as captured:
        operation()
    return Sample(units=1, rate=len(captured))


MEASURE = Measure(
    name="round_trips",
    unit="statements",
    figures=(
        Figure("round trips of a spend", "spend_credits", floor=1, aim=1, at_most=True),
        Figure("round trips of a spend with the ORM", "ORM"),
    ),
    prepare=prepare,
)

"""A batch of 100 spends over HTTP against single requests, per spend."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks import http_operations
from benchmarks.http_operations import posting_batches, posting_spends
from benchmarks.measure import Contest, Figure, Measure
from benchmarks.measures.http_spend import PATH, platform_authorization
from benchmarks.population import wallet_ids
from benchmarks.stage import Stage
from benchmarks.web import serving


@contextmanager
def prepare(stage: Stage) -> Iterator[Contest]:
    with stage.borrowed("http_batch") as database:
        asked: dict[str, Any] = {
            "wallets": wallet_ids(),
            "authorization": platform_authorization(),
        }
        with serving(stage, database=database, settings="creditsite.settings") as port:
            asked["port"] = port
            singles = http_operations.work(posting_spends, database, path=PATH, **asked)
            batches = http_operations.work(posting_batches, database, path=f"{PATH}/batch", **asked)
            yield Contest(
                [
                    stage.load("batches of 100", batches, ledger=database),
                    stage.load("singles", singles, ledger=database),
                ]
            )


MEASURE = Measure(
    name="http_batch",
    unit="spends/s",
    figures=(Figure("HTTP: batch of 100 / singles, per spend", "batches of 100", "singles", 4, 8),),
    prepare=prepare,
)

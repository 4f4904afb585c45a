"""`python -m benchmarks`, which `make bench` calls."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import traceback
from datetime import UTC, datetime
from importlib import import_module

from benchmarks import machine, report, stage
from benchmarks.measure import Measure
from benchmarks.rounds import Pace, Result, carry_out
from benchmarks.stage import Stage
from creditsite.development.steps import say
from creditsite.embedded.cluster import ServerFailed

NAMES = (
    "spend_function",
    "orm",
    "hordak",
    "batch",
    "http_spend",
    "http_batch",
    "large_ledger",
    "pages",
    "verify",
    "webhooks",
    "webhook_processing",
    "round_trips",
    "hot_wallet",
)
FULL = Pace(rounds=5, seconds=5)
QUICK = Pace(rounds=3, seconds=1.5)
QUICK_SCALE = 0.05
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    """Carry out the chosen measurements; return 1 where a floor is missed."""
    chosen = _arguments()
    # Whatever ends the run, what it started is ended on the way out.
    for number in ENDINGS:
        signal.signal(number, _stop)
    try:
        with stage.opened(scale=QUICK_SCALE if chosen.quick else 1.0) as opened:
            return _run(opened, chosen)
    except KeyboardInterrupt:
        say("\nStopped.")
        return 130
    except ServerFailed as error:
        say(str(error))
        return 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short rounds, small ledgers")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES, metavar="NAME")
    parser.add_argument("--rounds", type=int, help="how many rounds")
    parser.add_argument("--seconds", type=float, help="how long a side runs in a round")
    return parser.parse_args()


def _run(opened: Stage, chosen: argparse.Namespace) -> int:
    at = datetime.now(UTC)
    pace = QUICK if chosen.quick else FULL
    pace = Pace(chosen.rounds or pace.rounds, chosen.seconds or pace.seconds)
    described = machine.describe(opened.server_url)
    _set_up(opened)
    results: list[Result] = []
    try:
        results.extend(_carry_out(name, opened, pace) for name in chosen.only)
    finally:
        if results:
            say("\n" + report.table(results, machine=described, pace=pace))
            path = report.write_json(
                results, machine=described, pace=pace, quick=chosen.quick, at=at
            )
            say(f"\nKept in {os.path.relpath(path)}")
    return 1 if any(result.missed for result in results) else 0


def _set_up(opened: Stage) -> None:
    """Make Django ready, and the database that every measurement gets a copy of."""
    template = opened.database(stage.TEMPLATE, filled=False)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "DATABASE_URL": template.url,
        "DATA_DIR": str(opened.folder / "data"),
    }
    import django

    django.setup()
    from django.db import connections

    # They need Django set up.
    from benchmarks import population
    from creditsite.development import preparation

    say("Migrating the database …")
    preparation.migrate()
    say("Making customers …")
    population.fill()
    connections.close_all()
    template.settle()


def _carry_out(name: str, opened: Stage, pace: Pace) -> Result:
    measure: Measure = import_module(f"benchmarks.measures.{name}").MEASURE
    try:
        return carry_out(measure=measure, stage=opened, pace=pace)
    except Exception as error:  # noqa: BLE001  (the other measurements go on; the run fails)
        say(traceback.format_exc())
        opened.crew.close()
        return Result(measure, failure=str(error).strip().splitlines()[-1])


def _stop(*_: object) -> None:
    # From here on everything only ends; another Ctrl-C must not break that off.
    for number in ENDINGS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())

"""What lists and reports cost with millions of entries: milliseconds, against a small ledger."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median

from django.conf import settings
from django.db import connection, reset_queries
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.crew import percentile_95
from benchmarks.mass_records import Year, live_through
from benchmarks.measure import Contest, Figure, Measure, Sample, Side
from benchmarks.pages import Page, pages
from benchmarks.population import wallet_ids
from benchmarks.stage import Database, Stage
from creditsite.accounts.models import User
from creditsite.development.steps import say
from wallet.models import Wallet

# Of a page's requests in a row one warms up, these are timed.
TIMED = 3
LIST_MS, REPORT_MS, QUERIES = 100.0, 1000.0, 15
OK = 200


class PageFailed(Exception):
    """A page did not answer what it should."""


@dataclass
class Times:
    """The seconds of a page's requests, and the most queries of one."""

    seconds: list[float] = field(default_factory=list)
    queries: int = 0

    @property
    def ms(self) -> float:
        return median(self.seconds) * 1000

    @property
    def worst_ms(self) -> float:
        return max(self.seconds) * 1000


class Visits:
    """Asks for the pages of one database, in this process, with all the site's middleware."""

    def __init__(self, database: Database, *, is_report: bool) -> None:
        self.times: dict[str, Times] = defaultdict(Times)
        self._database = database
        database.use()
        wallet = Wallet.objects.get(pk=wallet_ids()[0])
        self.pages = [page for page in pages(wallet) if page.is_report == is_report]
        self._clients = {page.person: Client() for page in self.pages}
        for person, client in self._clients.items():
            client.force_login(User.objects.get(email=person))

    def run(self, _: float) -> Sample:
        """Ask for each page a few times. A turn takes as long as they take."""
        self._database.use()
        told: list[float] = []
        slowest = 0.0
        for page in random.sample(self.pages, len(self.pages)):
            # What is kept of queries has an end.
            reset_queries()
            with CaptureQueriesContext(connection) as captured:
                self._ask(page)
            kept = self.times[page.name]
            # Counted at once: the next request begins a new log.
            kept.queries = max(kept.queries, len(captured))
            found = [self._ask(page) for _ in range(TIMED)]
            kept.seconds += found
            slowest = max(slowest, median(found) * 1000)
            told += found
        return Sample(
            units=len(told),
            rate=len(told) / sum(told),
            p95_ms=percentile_95(told) * 1000,
            slowest_ms=slowest,
            queries=max(times.queries for times in self.times.values()),
        )

    def _ask(self, page: Page) -> float:
        began = time.perf_counter()
        answer = self._clients[page.person].get(page.address)
        for _ in answer if answer.streaming else ():
            break
        taken = time.perf_counter() - began
        if answer.status_code != OK:
            raise PageFailed(f"{page.name} answered {answer.status_code}: {page.address}")
        return taken


@contextmanager
def prepare(stage: Stage) -> Iterator[Contest]:
    with stage.borrowed("large") as large, stage.borrowed("small") as small:
        years = {large: Year.large(stage.scale), small: Year.small()}
        for database, year in years.items():
            database.use()
            began = time.monotonic()
            live_through(database, year)
            say(f"      {database.entries():,} entries in {time.monotonic() - began:.0f} s")
        settings.ALLOWED_HOSTS = ["testserver"]
        settings.STAFF_MFA_REQUIRED = False
        sides = {
            f"{kind}, {label}": Visits(database, is_report=kind == "reports")
            for kind in ("lists", "reports")
            for label, database in (("large", large), ("small", small))
        }
        yield Contest(
            [Side(name, visits.run) for name, visits in sides.items()],
            remarks=lambda: [
                f"{large.entries():,} entries against {small.entries():,}",
                *_told(sides, "lists", LIST_MS),
                *_told(sides, "reports", REPORT_MS),
            ],
        )


def _told(sides: dict[str, Visits], kind: str, bound: float) -> Iterator[str]:
    """Yield what each page took, the slowest first."""
    large, small = sides[f"{kind}, large"].times, sides[f"{kind}, small"].times
    for name, times in sorted(large.items(), key=lambda found: -found[1].ms):
        of_small = f", {times.ms / small[name].ms:.2f} of the small one's" if name in small else ""
        beyond = f"  BEYOND {bound:g} ms" if times.ms > bound else ""
        many = f"  BEYOND {QUERIES} queries" if times.queries > QUERIES else ""
        yield (
            f"{name}: {times.ms:.0f} ms (worst {times.worst_ms:.0f}),"
            f" {times.queries} queries{of_small}{beyond}{many}"
        )


MEASURE = Measure(
    name="pages",
    unit="per second",
    figures=(
        Figure(
            "slowest list with 5 M entries, ms",
            "lists, large",
            floor=LIST_MS,
            at_most=True,
            reading="slowest_ms",
        ),
        Figure("lists with 5 M entries / with 10 k", "lists, large", "lists, small", 0.5, 0.8),
        Figure(
            "slowest report with 5 M entries, ms",
            "reports, large",
            floor=REPORT_MS,
            at_most=True,
            reading="slowest_ms",
        ),
        Figure("reports with 5 M entries / with 10 k", "reports, large", "reports, small"),
        Figure(
            "most queries of a list",
            "lists, large",
            floor=QUERIES,
            at_most=True,
            reading="queries",
        ),
        Figure(
            "most queries of a report",
            "reports, large",
            floor=QUERIES,
            at_most=True,
            reading="queries",
        ),
    ),
    prepare=prepare,
)

"""What a wallet spent, by day and by service, from the counted days; duplicates from entries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from creditsite.kernel.credits import ZERO, round_credits
from wallet.models import UsageDay, Wallet
from wallet.reports.runs import Span, duplicate_runs

MOST_DAYS = 400
# How many entries are looked through for duplicates, in a sixth of a second.
MOST_ENTRIES = 200_000
FIGURES = ("spends", "quantity", "credits", "reversed", "failed")


@dataclass(frozen=True)
class UsageSums:
    """Sums over spends; `reversed` is what was given back of them, whenever that was.

    `duplicates` is None where it was not counted. Shares are of one, with four places.
    """

    spends: int = 0
    quantity: Decimal = ZERO
    credits: Decimal = ZERO
    reversed: Decimal = ZERO
    failed: int = 0
    duplicates: int | None = None

    @property
    def net(self) -> Decimal:
        return self.credits - self.reversed

    @property
    def credits_per_success(self) -> Decimal | None:
        """What a run that did not fail came to, with what the failed ones cost."""
        successful = self.spends - self.failed
        return round_credits(self.net / successful) if successful else None

    @property
    def failed_share(self) -> Decimal:
        return _share(self.failed, self.spends)

    @property
    def reversed_share(self) -> Decimal:
        return _share(self.reversed, self.credits)

    @property
    def duplicate_share(self) -> Decimal | None:
        return None if self.duplicates is None else _share(self.duplicates, self.spends)


def _share(part: Decimal | int, whole: Decimal | int) -> Decimal:
    return round_credits(Decimal(part) / whole) if whole else ZERO


@dataclass(frozen=True)
class UsageLine(UsageSums):
    """The sums of one day, of one service, or of both."""

    day: date | None = None
    service: str | None = None
    service_name: str = ""


def usage_lines(
    wallet: Wallet, first: date, last: date, *, by_day: bool = False, by_service: bool = False
) -> list[UsageLine]:
    """Return the wallet's usage from the first to the last day (both counted, UTC).

    By day, by service, or by both, in this order; days without a spend have no line. By neither
    there is one line, also where nothing was used.
    """
    days = UsageDay.objects.filter(wallet=wallet, day__range=(first, last))
    sums = {name: Sum(name) for name in FIGURES}
    if not (by_day or by_service):
        return [_line(days.aggregate(**sums))]
    keys = [*(["day"] if by_day else []), *(["service__slug", "service__name"] * by_service)]
    return [_line(row) for row in days.values(*keys).annotate(**sums).order_by(*keys)]


def by_service(lines: Iterable[UsageLine]) -> list[UsageLine]:
    """Return the sums of lines by day and service for each service, in order of its slug."""
    found: dict[str, list[UsageLine]] = {}
    for line in lines:
        found.setdefault(line.service or "", []).append(line)
    return [
        UsageLine(
            **vars(total(found[service])),
            service=service,
            service_name=found[service][0].service_name,
        )
        for service in sorted(found)
    ]


def _line(row: dict[str, Any]) -> UsageLine:
    return UsageLine(
        **{name: row[name] for name in FIGURES if row[name] is not None},
        day=row.get("day"),
        service=row.get("service__slug"),
        service_name=row.get("service__name", ""),
    )


def with_duplicates(lines: Iterable[UsageLine], span: Span) -> list[UsageLine]:
    """Return the lines of these days with their duplicate runs, as `duplicate_runs` finds them.

    Without them where the days have too many entries to be read.
    """
    if span.entries > MOST_ENTRIES:
        return list(lines)
    found = duplicate_runs(span)
    return [
        replace(
            line,
            duplicates=sum(
                each.runs
                for each in found
                if line.day in {None, each.day} and line.service in {None, each.service}
            ),
        )
        for line in lines
    ]


def total(lines: Iterable[UsageSums]) -> UsageSums:
    """Return the sums of the lines together."""
    chosen = list(lines)
    return UsageSums(
        spends=sum(line.spends for line in chosen),
        quantity=sum((line.quantity for line in chosen), ZERO),
        credits=sum((line.credits for line in chosen), ZERO),
        reversed=sum((line.reversed for line in chosen), ZERO),
        failed=sum(line.failed for line in chosen),
        duplicates=_sum(line.duplicates for line in chosen),
    )


def _sum(counts: Iterable[int | None]) -> int | None:
    """Return the sum; None where one was not counted."""
    counted = list(counts)
    known = [count for count in counted if count is not None]
    return sum(known) if len(known) == len(counted) else None

"""What the use of some months would have cost on the terms of a plan, or without one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.conf import settings

from billing.models import Interval, PackageVersion, Rollover, VolumeTier
from billing.pricing import price_package, price_top_up
from billing.reports.recommendations.recommendation import DAYS_A_YEAR, MONTHS
from creditsite.kernel.credits import ZERO, round_cents, round_credits

NO_PLAN = "No plan, top-ups alone"


@dataclass(frozen=True)
class Rerated:
    """What a month would have cost on terms (None: no plan), on average over the months.

    `bought` credits came on top as top-ups, rounded to two places.
    """

    version: PackageVersion | None
    plan_cents: int
    top_up_cents: int
    bought: Decimal
    is_current: bool = False
    currency: str = settings.CREDIT_CURRENCY

    @property
    def name(self) -> str:
        return self.version.package.name if self.version else NO_PLAN

    @property
    def monthly_cents(self) -> int:
        return self.plan_cents + self.top_up_cents


def rerate(
    use: Sequence[Decimal],
    version: PackageVersion | None,
    *,
    tiers: Sequence[VolumeTier],
    at: datetime,
    is_current: bool = False,
) -> Rerated:
    """Return what months with this use would have cost, at the prices of `at`.

    They begin without credits. Each month a plan's credits come and are used first, then those
    that were carried over or bought earlier, soonest expiry first; what is missing is bought as
    one top-up a month, or more where more costs less. A yearly plan counts by twelfths.
    Promotions don't count: they end.
    """
    months = len(use)
    course = _Course(version, tiers, at, months)
    for month, credits in enumerate(use):
        course.live(month, credits)
    price = price_package(version=version, at=at).total_cents if version else 0
    if version and version.interval == Interval.YEAR:
        price = round_cents(Decimal(price) / MONTHS)
    return Rerated(
        version=version,
        plan_cents=price,
        top_up_cents=round_cents(Decimal(course.cents) / months),
        bought=round(course.bought / months, 2),
        is_current=is_current,
    )


@dataclass
class _Lot:
    """Credits that can be used up to the end of a month; `rolls_over` where they are a plan's."""

    last_month: int
    credits: Decimal
    rolls_over: bool = False


@dataclass
class _Course:
    """Months on the same terms, lived one after another."""

    version: PackageVersion | None
    tiers: Sequence[VolumeTier]
    at: datetime
    months: int
    lots: list[_Lot] = field(default_factory=list)
    cents: int = 0
    bought: Decimal = ZERO

    def live(self, month: int, credits: Decimal) -> None:
        """Let a month with this use go by."""
        self._allocate(month)
        self.lots.sort(key=lambda lot: lot.last_month)
        for lot in self.lots:
            part = min(lot.credits, credits)
            lot.credits -= part
            credits -= part
        if credits:
            self._top_up(month, credits)
        self._end(month)

    def _allocate(self, month: int) -> None:
        if self.version is None:
            return
        if self.version.interval == Interval.MONTH:
            self.lots.append(_Lot(month, self.version.credits, rolls_over=True))
        elif month == 0:
            # The year's credits are there from its first day on: none lapse in between.
            share = round_credits(self.version.credits * self.months / MONTHS)
            self.lots.append(_Lot(MONTHS, share))

    def _top_up(self, month: int, missing: Decimal) -> None:
        """Buy what is missing; what had to be bought on top of it lasts as top-ups do."""
        most = settings.TOP_UP_MAXIMUM
        whole, rest = divmod(missing, most)
        if whole:
            self.cents += int(whole) * self._price(most)
            self.bought += whole * most
        if rest:
            least = max(rest, settings.TOP_UP_MINIMUM)
            more = [tier.minimum_credits for tier in self.tiers]
            sizes = [least, *(size for size in more if least < size <= most)]
            cents, size = min((self._price(size), size) for size in sizes)
            self.cents += cents
            self.bought += size
            lasts = settings.TOP_UP_LIFETIME.days * MONTHS // DAYS_A_YEAR
            self.lots.append(_Lot(month + lasts, size - rest))

    def _price(self, credits: Decimal) -> int:
        quote = price_top_up(credits=credits, at=self.at, tiers=self.tiers, subscribed=self.version)
        return quote.total_cents

    def _end(self, month: int) -> None:
        """Let go what the month ends for, but what the terms carry on."""
        over = [lot for lot in self.lots if lot.last_month <= month]
        self.lots = [lot for lot in self.lots if lot.last_month > month and lot.credits]
        for lot in over:
            kept = min(lot.credits, self._room()) if lot.rolls_over else ZERO
            if kept and self.version and self.version.rollover_months:
                self.lots.append(_Lot(month + self.version.rollover_months, kept))

    def _room(self) -> Decimal:
        if self.version is None or self.version.rollover == Rollover.NONE:
            return ZERO
        return self.version.rollover_cap or Decimal("Infinity")

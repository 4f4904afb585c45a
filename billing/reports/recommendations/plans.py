"""Plans: what the customer's own use would have cost on each, and a plan that is hardly used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.urls import reverse

from billing.models import (
    Allocation,
    AllocationKind,
    Interval,
    PackageVersion,
    Subscription,
    VolumeTier,
)
from billing.reports.plans import versions_on_offer
from billing.reports.recommendations.recommendation import (
    LEAST_CENTS,
    WEEKS,
    Recommendation,
    RecommendationKind,
    credits_a_month,
)
from billing.reports.recommendations.rerating import Rerated, rerate
from creditsite.kernel.credits import ZERO
from creditsite.kernel.formatting import money, plain_credits
from wallet.reports.recent import Recent

MOST_MONTHS = 3
# A plan of whose credits less than a tenth was used, twice in a row, is idle.
IDLE_PERIODS = 2
IDLE_PARTS = 10


@dataclass(frozen=True)
class PlanComparison:
    """What the last days would have cost a month on each plan, the cheapest first.

    One row is the customer's own: the terms they have from the next period on, or no plan.
    `use` is what was used in each month: four weeks, scaled to a twelfth of a year. `lasts` is
    whether the credits at hand last longer than the days looked at.
    """

    days: int
    use: list[Decimal]
    rows: list[Rerated]
    lasts: bool

    @property
    def current(self) -> Rerated:
        return next(row for row in self.rows if row.is_current)

    @property
    def without_plan(self) -> Rerated:
        return next(row for row in self.rows if row.version is None)


def compare_plans(recent: Recent, subscription: Subscription | None) -> PlanComparison | None:
    """Return what the wallet's own use would have cost on each plan it may choose.

    None with too little history, and while the payment of a plan is overdue: it can't be
    changed then.
    """
    months = min(recent.days // WEEKS, MOST_MONTHS)
    if not months or (subscription and subscription.is_overdue):
        return None
    daily = recent.daily(months * WEEKS)
    use = [
        credits_a_month(sum(daily[begin : begin + WEEKS], ZERO), WEEKS)
        for begin in range(0, len(daily), WEEKS)
    ]
    current = _terms_to_come(subscription)
    offered = versions_on_offer(recent.wallet.customer_id, recent.now)
    rows = rate_plans(use, current, offered, tiers=list(VolumeTier.objects.all()), at=recent.now)
    left = recent.forecast.days
    lasts = bool(recent.lots) and (left is None or left > months * WEEKS)
    return PlanComparison(months * WEEKS, use, rows, lasts)


def rate_plans(
    use: Sequence[Decimal],
    current: PackageVersion | None,
    offered: Sequence[PackageVersion],
    *,
    tiers: Sequence[VolumeTier],
    at: datetime,
) -> list[Rerated]:
    """Return what months with this use would have cost on each plan and on none, cheapest first.

    Of the current package only the terms one has count. Of what costs the same, what one has
    comes first.
    """
    choices: list[PackageVersion | None] = [None]
    if current:
        choices.append(current)
    choices += [
        each for each in offered if current is None or each.package_id != current.package_id
    ]
    rows = [
        rerate(use, version, tiers=tiers, at=at, is_current=version is current)
        for version in choices
    ]
    return sorted(rows, key=lambda row: (row.monthly_cents, not row.is_current, row.plan_cents))


def _terms_to_come(subscription: Subscription | None) -> PackageVersion | None:
    if subscription is None or not subscription.runs or subscription.is_cancelling:
        return None
    return subscription.waiting_version or subscription.next_version or subscription.version


def better_package(comparison: PlanComparison) -> Recommendation | None:
    """Return the plan, or no plan, on which the last days would have cost least, if it is another.

    Who has no plan is not told to begin one while the credits at hand last.
    """
    current, best = comparison.current, comparison.rows[0]
    if best.is_current or (current.version is None and comparison.lasts):
        return None
    return Recommendation(
        kind=RecommendationKind.BETTER_PACKAGE,
        sentence=(
            f"What you used in the last {comparison.days} days would have cost "
            f"{_money(best)} a month {_with(best)} instead of {_money(current)} {_with(current)}."
        ),
        monthly_cents=current.monthly_cents - best.monthly_cents,
        action_label="Compare the plans",
        action_url=reverse("billing:plans"),
        facts={
            "history_days": comparison.days,
            "credits_used_monthly": [str(credits) for credits in comparison.use],
            "package": best.version.package.slug if best.version else None,
            "monthly_cents": best.monthly_cents,
            "current_package": current.version.package.slug if current.version else None,
            "current_monthly_cents": current.monthly_cents,
        },
    )


def idle_subscription(
    recent: Recent,
    subscription: Subscription,
    comparison: PlanComparison,
    periods: list[Allocation],
) -> Recommendation | None:
    """Return what a plan costs of whose credits hardly any were used in its last periods.

    Saved is what the plan costs more than the same use as top-ups.
    """
    current, alone = comparison.current, comparison.without_plan
    saved = current.monthly_cents - alone.monthly_cents
    # Who plans a change has thought of it.
    is_kept = current.version is not None and current.version == subscription.version
    if not is_kept or saved < LEAST_CENTS or not _is_idle(recent, periods):
        return None
    used = [_used_in(recent, period) for period in periods]
    share = 100 // IDLE_PARTS
    return Recommendation(
        kind=RecommendationKind.IDLE_SUBSCRIPTION,
        sentence=(
            f"You used {plain_credits(sum(used, ZERO))} of the "
            f"{plain_credits(sum((each.credits for each in periods), ZERO))} credits of "
            f"{subscription.version.package.name} in its last {len(periods)} periods, less than "
            f"{share}%. The same as top-ups would have cost {_money(alone)} a month instead of "
            f"{_money(current)}."
        ),
        monthly_cents=saved,
        action_label="Change or cancel the plan",
        action_url=reverse("billing:plans"),
        facts={
            "package": subscription.version.package.slug,
            "periods": [
                {
                    "from": each.period_start.date().isoformat(),
                    "to": each.period_end.date().isoformat(),
                    "credits": str(each.credits),
                    "used": str(credits),
                }
                for each, credits in zip(periods, used, strict=True)
            ],
            "monthly_cents": alone.monthly_cents,
            "current_monthly_cents": current.monthly_cents,
        },
    )


def paid_periods(recent: Recent, allocations: list[Allocation]) -> list[Allocation]:
    """Return the allocations of the last periods that are over and were paid, newest first."""
    return [
        each
        for each in allocations
        if each.kind == AllocationKind.PERIOD
        and each.paid_cents
        and each.version.interval == Interval.MONTH
        and each.period_end <= recent.now
        and each.period_start.date() >= recent.first(recent.days)
    ][:IDLE_PERIODS]


def _is_idle(recent: Recent, periods: list[Allocation]) -> bool:
    return len(periods) == IDLE_PERIODS and all(
        _used_in(recent, each) * IDLE_PARTS < each.credits for each in periods
    )


def _used_in(recent: Recent, period: Allocation) -> Decimal:
    """Return what was used on the days of a period, those it shares with others too."""
    first, last = period.period_start.date(), period.period_end.date()
    return sum((each.net for each in recent.use if first <= each.day <= last), ZERO)


def _money(row: Rerated) -> str:
    return money(row.monthly_cents, row.currency)


def _with(row: Rerated) -> str:
    return f"with {row.version.package.name}" if row.version else "with top-ups alone"

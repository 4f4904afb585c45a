"""All that is recommended to a customer, what matters most first."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import TextChoices

from billing.models import Allocation, Subscription
from billing.reports.plans import live_subscription
from billing.reports.recommendations.credits import expiring_credits
from billing.reports.recommendations.plans import (
    PlanComparison,
    better_package,
    compare_plans,
    idle_subscription,
    paid_periods,
)
from billing.reports.recommendations.recommendation import LEAST_CENTS, WEEKS, Recommendation
from billing.reports.recommendations.runs import runs_for_nothing
from wallet.models import WalletStatus
from wallet.reports.recent import Recent

# Two periods that are over, the one that runs, and upgrades in them.
MOST_ALLOCATIONS = 12


class Silence(TextChoices):
    """Why nothing can be recommended."""

    TOO_LITTLE_HISTORY = "too_little_history", "There are fewer than 28 whole days of history."
    WALLET_CLOSED = "wallet_closed", "The wallet is closed."


@dataclass(frozen=True)
class Advice:
    """What is recommended, most money first, and what it was computed from.

    `history_days` are the whole days there are, of which the newest count. `silence` says why
    nothing was looked for; without it an empty list means that nothing was found.
    """

    history_days: int
    recommendations: list[Recommendation] = field(default_factory=list)
    comparison: PlanComparison | None = None
    silence: Silence | None = None


def advice_for(recent: Recent) -> Advice:
    """Return what a wallet's customer is recommended. Six queries at most, and the scan of runs.

    Nothing below `LEAST_CENTS` a month, and nothing from less than four weeks of history.
    """
    return advice_with(recent, live_subscription(recent.wallet))


def advice_with(recent: Recent, subscription: Subscription | None) -> Advice:
    """Return the same where the live subscription is known."""
    if recent.wallet.status == WalletStatus.CLOSED:
        return Advice(recent.days, silence=Silence.WALLET_CLOSED)
    if recent.days < WEEKS:
        return Advice(recent.days, silence=Silence.TOO_LITTLE_HISTORY)
    allocations = _allocations(subscription)
    comparison = compare_plans(recent, subscription)
    found = [
        _about_plans(recent, subscription, allocations, comparison),
        expiring_credits(recent, subscription, allocations),
        *runs_for_nothing(recent),
    ]
    worth_it = [each for each in found if each and each.monthly_cents >= LEAST_CENTS]
    worth_it.sort(key=lambda each: -each.monthly_cents)
    return Advice(recent.days, worth_it, comparison)


def _about_plans(
    recent: Recent,
    subscription: Subscription | None,
    allocations: list[Allocation],
    comparison: PlanComparison | None,
) -> Recommendation | None:
    """Return one of the two: that a plan is idle says already that another costs less."""
    if comparison is None:
        return None
    idle = None
    if subscription:
        periods = paid_periods(recent, allocations)
        idle = idle_subscription(recent, subscription, comparison, periods)
    return idle or better_package(comparison)


def _allocations(subscription: Subscription | None) -> list[Allocation]:
    """Return the newest allocations of a subscription that runs, latest period first."""
    if subscription is None or not subscription.runs:
        return []
    found = Allocation.objects.filter(subscription=subscription).select_related("version")
    return list(found.order_by("-period_end", "-pk")[:MOST_ALLOCATIONS])

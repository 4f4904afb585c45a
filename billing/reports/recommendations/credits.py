"""Credits that will lapse before they are used at the pace of the last weeks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.urls import reverse

from billing.models import Allocation, Rollover, Subscription
from billing.reports.recommendations.recommendation import (
    WEEKS,
    Recommendation,
    RecommendationKind,
    cents_a_month,
)
from creditsite.kernel.credits import ZERO, round_credits
from creditsite.kernel.formatting import credits as shown
from creditsite.kernel.formatting import day, money
from wallet.reports.lapses import Lapse, lapses
from wallet.reports.recent import Recent

# As far ahead as plans look back.
DAYS_AHEAD = 84


def expiring_credits(
    recent: Recent, subscription: Subscription | None, allocations: list[Allocation]
) -> Recommendation | None:
    """Return what lapses within `DAYS_AHEAD` of lots that were paid for, at what it cost."""
    if recent.days < WEEKS:
        return None
    pace = pace_of(recent)
    lapsing = lapses(recent.lots, pace, recent.now, DAYS_AHEAD)
    if subscription:
        lapsing = _without_what_rolls_over(lapsing, subscription, allocations)
    found = [each for each in lapsing if each.cents]
    if not found:
        return None
    credits = sum((each.credits for each in found), ZERO)
    cents = sum(each.cents for each in found)
    until = found[-1].on
    by = f"on {day(until)}" if len(found) == 1 else f"from {day(found[0].on)} to {day(until)}"
    return Recommendation(
        kind=RecommendationKind.EXPIRING_CREDITS,
        sentence=(
            f"{shown(round(credits, 2))} credits that cost "
            f"{money(cents, settings.CREDIT_CURRENCY)} lapse {by}, before you use them at "
            f"{shown(round(pace, 2))} credits a day. "
            "Bring work forward, or buy fewer the next time."
        ),
        monthly_cents=cents_a_month(cents, DAYS_AHEAD),
        action_label="See what you were given",
        action_url=f"{reverse('wallet:history')}?kind=grant",
        facts={
            "credits": str(credits),
            "cents": cents,
            "days_ahead": DAYS_AHEAD,
            "credits_per_day": str(pace),
            "lots": [
                {
                    "grant": each.lot.id,
                    "credits": str(each.credits),
                    "cents": each.cents,
                    "expires_on": each.on.isoformat(),
                }
                for each in found
            ],
        },
    )


def pace_of(recent: Recent) -> Decimal:
    """Return how many credits a day are used: on the median day of the last four weeks.

    Where that is a day without a spend, the mean day: who uses much now and then uses it too.
    """
    if recent.forecast.per_day is not None:
        return recent.forecast.per_day
    return round_credits(max(sum(recent.daily(WEEKS), ZERO), ZERO) / WEEKS)


def _without_what_rolls_over(
    lapsing: list[Lapse], subscription: Subscription, allocations: list[Allocation]
) -> list[Lapse]:
    """Return what lapses after the terms of a plan carried on what they do from each period."""
    open_periods = {each.grant_id: each.period_end for each in allocations if not each.settled_at}
    rooms = {end: _room(subscription, end) for end in open_periods.values()}
    found = []
    for each in lapsing:
        if end := open_periods.get(each.lot.id):
            kept = min(each.credits, rooms[end])
            rooms[end] -= kept
            each = replace(each, credits=each.credits - kept)
        found.append(each)
    return found


def _room(subscription: Subscription, period_end: datetime) -> Decimal:
    """Return how many credits go on from a period at most."""
    terms, ends_at = subscription.version, subscription.cancels_at
    if terms.rollover == Rollover.NONE or (ends_at and ends_at <= period_end):
        return ZERO
    return terms.rollover_cap or Decimal("Infinity")

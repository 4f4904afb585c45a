"""What could cost less, on the wallet's pages: `{% load billing_recommendations %}`."""

from __future__ import annotations

from typing import Any

from django import template

from billing.reports.plans import live_subscription, own_subscription
from billing.reports.recommendations.advice import Advice, advice_for, advice_with
from wallet.reports.recent import Recent

register = template.Library()

MOST_ON_OVERVIEW = 2


@register.inclusion_tag("billing/_recommendations.html")
def recommendations(recent: Recent) -> dict[str, Advice]:
    """Show all recommendations, with what the use would have cost on each plan."""
    return {"advice": advice_for(recent)}


@register.simple_tag
def billing_of(recent: Recent) -> dict[str, Any]:
    """Return the plan that runs, None without one, and the recommendations with most money."""
    subscription = live_subscription(recent.wallet)
    found = advice_with(recent, subscription).recommendations
    return {
        "plan": own_subscription(subscription) if subscription and subscription.runs else None,
        "recommendations": found[:MOST_ON_OVERVIEW],
        "more": len(found) - MOST_ON_OVERVIEW,
    }

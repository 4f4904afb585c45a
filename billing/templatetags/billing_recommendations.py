"""What could cost less, on the wallet's pages: `{% load billing_recommendations %}`."""

from __future__ import annotations

from typing import Any

from django import template

from billing.reports.recommendations.advice import Advice, advice_for
from billing.reports.recommendations.recommendation import Recommendation
from wallet.reports.recent import Recent

register = template.Library()

MOST_ON_OVERVIEW = 2


@register.inclusion_tag("billing/_recommendations.html")
def recommendations(recent: Recent) -> dict[str, Advice]:
    """Show all recommendations, with what the use would have cost on each plan."""
    return {"advice": advice_for(recent)}


@register.inclusion_tag("billing/_top_recommendations.html")
def top_recommendations(recent: Recent) -> dict[str, Any]:
    """Show the recommendations with the most money in them, where there are any."""
    found: list[Recommendation] = advice_for(recent).recommendations
    return {"recommendations": found[:MOST_ON_OVERVIEW], "more": len(found) - MOST_ON_OVERVIEW}

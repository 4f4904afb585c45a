"""What a newcomer can spend on: `{% load wallet_services %}`."""

from __future__ import annotations

from typing import Any

from django import template

from wallet.models import ServiceStatus
from wallet.reports.prices import priced_services

register = template.Library()


@register.inclusion_tag("wallet/_first_spend.html", takes_context=True)
def first_spend(context: dict[str, Any], key: str = "") -> dict[str, Any]:
    """Show the request that spends the first credits, ready to be sent; without a key a gap for it.

    Below it what can be spent on, with prices; nothing where that is nothing. One query.
    """
    active = priced_services().filter(status=ServiceStatus.ACTIVE)
    return {"services": list(active), "key": key, "request": context["request"]}

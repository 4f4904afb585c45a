"""The state of the system on every page: `{% load wallet_system %}`."""

from __future__ import annotations

from django import template

from wallet.reports.system import SystemState, system_state

register = template.Library()


@register.inclusion_tag("components/system_banner.html")
def system_banner() -> dict[str, SystemState]:
    """Tell customers that nothing is spent or bought now, and why. One query at most."""
    return {"state": system_state()}


@register.inclusion_tag("admin/wallet/_system_state.html")
def system_switch() -> dict[str, SystemState]:
    """Tell operators whether credits can be spent, and lead them to the switch."""
    return {"state": system_state()}

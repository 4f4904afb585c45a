"""The wallets' part of the admin's front: `{% load wallet_dashboard %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from creditsite.kernel.formatting import plain_credits
from wallet.admin.tables import Cell, Table, number
from wallet.models import ApprovalRequest
from wallet.reports.dashboard import circulation, last_days, top_services

register = template.Library()


@register.inclusion_tag("admin/wallet/_tables.html", takes_context=True)
def wallet_figures(context: dict[str, Any]) -> dict[str, list[Table]]:
    """Show credits in circulation, the last days, and the services most is spent on."""
    user = context["user"]
    if not user.has_perm("wallet.view_wallet"):
        return {"tables": []}
    credits = _circulation()
    if user.has_perm("wallet.view_approvalrequest"):
        credits.rows.insert(0, _waiting())
    return {"tables": [credits, _days(), _services()]}


def _waiting() -> list[Cell]:
    waiting = f"{reverse('admin:wallet_approvalrequest_changelist')}?status__exact=waiting"
    count = ApprovalRequest.objects.filter(is_waiting=True).count()
    return [Cell("Approval requests waiting", waiting), Cell(f"{count:,}", is_number=True)]


def _circulation() -> Table:
    now, wallets = circulation(), reverse("admin:wallet_wallet_changelist")
    rows = [
        [Cell("Wallets", wallets), Cell(f"{now.wallets:,}", is_number=True)],
        [Cell("Credits in circulation"), number(now.credits)],
        [Cell("Of them held", reverse("admin:wallet_hold_changelist")), number(now.held)],
        [Cell("Debt", reverse("admin:wallet_clawback_changelist")), number(now.debt)],
    ]
    for low, high, count in now.bands:
        upper = f"to below {plain_credits(high)}" if high else "and more"
        label = f"Wallets with {plain_credits(low)} {upper}"
        rows.append([Cell(label), Cell(f"{count:,}", is_number=True)])
    return Table(title="Credits", heads=("Figure", "Now"), rows=rows)


def _days() -> Table:
    return Table(
        title="The last days (UTC)",
        heads=("Day", "Put in", "Spent", "Reversed"),
        rows=[
            [
                Cell(
                    str(each.day), f"{reverse('admin:wallet_serviceday_changelist')}?day={each.day}"
                ),
                number(each.granted),
                number(each.spent),
                number(each.reversed),
            ]
            for each in last_days()
        ],
    )


def _services() -> Table:
    return Table(
        title="Services, last 7 days",
        heads=("Service", "Spends", "Credits", "Reversed", "Failed"),
        rows=[
            [
                Cell(each.name, reverse("admin:wallet_service_change", args=[each.service])),
                Cell(f"{each.spends:,}", is_number=True),
                number(each.credits),
                number(each.reversed),
                Cell(f"{each.failed:,}", is_number=True),
            ]
            for each in top_services()
        ],
        empty="Nothing was spent, or nothing was rolled up yet.",
    )

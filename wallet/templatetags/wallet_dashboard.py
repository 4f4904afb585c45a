"""The wallets' part of the admin's front: `{% load wallet_dashboard %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from creditsite.kernel.formatting import plain_credits
from creditsite.kernel.report import ReportRange
from wallet.admin.report_forms import USUAL_DAYS
from wallet.admin.report_pages import charted, reports_of
from wallet.admin.reports import CREDIT_FLOW
from wallet.admin.tables import Cell, Table, number
from wallet.reports.credit_flow import credit_flow_chart
from wallet.reports.dashboard import circulation, top_services
from wallet.reports.flow import ledger_flow

register = template.Library()


@register.inclusion_tag("admin/wallet/_tables.html", takes_context=True)
def wallet_figures(context: dict[str, Any]) -> dict[str, list[Table]]:
    """Show credits in circulation, and the services most is spent on."""
    user = context["user"]
    if not user.has_perm("wallet.view_wallet"):
        return {"tables": []}
    may_see_requests = user.has_perm("wallet.view_approvalrequest")
    return {"tables": [_circulation(may_see_requests=may_see_requests), _services()]}


def _waiting(count: int) -> list[Cell]:
    waiting = f"{reverse('admin:wallet_approvalrequest_changelist')}?status__exact=waiting"
    return [Cell("Approval requests waiting", waiting), Cell(f"{count:,}", is_number=True)]


@register.inclusion_tag("admin/wallet/_reports_link.html", takes_context=True)
def reports_link(context: dict[str, Any]) -> dict[str, Any]:
    """Show the way to the reports that somebody may read."""
    return {"reports": reports_of(context["user"])}


@register.inclusion_tag("admin/wallet/_find_customer.html", takes_context=True)
def find_customer(context: dict[str, Any]) -> dict[str, Any]:
    """Ask who is looked for, where somebody may look at wallets."""
    return {"may_find": context["user"].has_perm("wallet.view_wallet")}


@register.inclusion_tag("admin/wallet/_chart.html", takes_context=True)
def wallet_chart(context: dict[str, Any]) -> dict[str, Any]:
    """Show what came in and went out in the last days, to who may read the report."""
    if not CREDIT_FLOW.may_be_read_by(context["user"]):
        return {}
    chosen = ReportRange.last_days(USUAL_DAYS)
    return charted(CREDIT_FLOW, credit_flow_chart(chosen, ledger_flow(chosen)))


def _circulation(*, may_see_requests: bool) -> Table:
    now, wallets = circulation(), reverse("admin:wallet_wallet_changelist")
    rows = [
        *([_waiting(now.requests_waiting)] if may_see_requests else []),
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

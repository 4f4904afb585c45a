"""Billing's part of the admin's front: `{% load billing_dashboard %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse

from billing.admin.issues import ISSUES, PAGE
from billing.admin.reports import REVENUE
from billing.reports.dashboard import REVENUE_DAYS, events_now, money_now
from billing.reports.revenue import revenue_chart, revenue_periods
from creditsite.kernel.formatting import money
from creditsite.kernel.report import ReportRange
from wallet.admin.report_forms import USUAL_DAYS
from wallet.admin.report_pages import charted
from wallet.admin.tables import Cell, Table

register = template.Library()


@register.inclusion_tag("admin/wallet/_tables.html", takes_context=True)
def billing_figures(context: dict[str, Any]) -> dict[str, list[Table]]:
    """Show payments and plans to who may see invoices, and the inbox to who may see events."""
    user, tables = context["user"], []
    if user.has_perm("billing.view_invoice"):
        tables.append(_money())
    if user.has_perm("billing.view_stripeevent"):
        tables.append(_events())
    return {"tables": tables}


@register.inclusion_tag("admin/wallet/_chart.html", takes_context=True)
def billing_chart(context: dict[str, Any]) -> dict[str, Any]:
    """Show what was paid and paid back in the last days, to who may read the report."""
    if not REVENUE.may_be_read_by(context["user"]):
        return {}
    chosen = ReportRange.last_days(USUAL_DAYS)
    return charted(REVENUE, revenue_chart(chosen, revenue_periods(chosen)))


def _money() -> Table:
    now = money_now()
    invoices = reverse("admin:billing_invoice_changelist")
    plans = reverse("admin:billing_subscription_changelist")
    return Table(
        title="Money",
        heads=("Figure", "Now"),
        rows=[
            [
                Cell(f"Paid in {REVENUE_DAYS} days", f"{invoices}?status__exact=paid"),
                _sum(now.paid_cents),
            ],
            [Cell("Payments"), Cell(f"{now.payments:,}", is_number=True)],
            [Cell("Plans", plans), Cell(f"{now.plans:,}", is_number=True)],
            [Cell("A month, at list prices"), _sum(now.monthly_cents)],
            [
                Cell("Overdue plans", f"{plans}?status__exact=past_due"),
                Cell(f"{now.overdue:,}", is_number=True),
            ],
            [
                Cell("Invoices to be paid", f"{invoices}?status__exact=open"),
                Cell(f"{now.open_invoices:,}", is_number=True),
            ],
        ],
        more=Cell(ISSUES, reverse(f"admin:{PAGE}")),
    )


def _events() -> Table:
    now, events = events_now(), reverse("admin:billing_stripeevent_changelist")
    return Table(
        title="Stripe's events",
        heads=("State", "Events"),
        rows=[
            [
                Cell("Waiting", f"{events}?state__exact=received"),
                Cell(f"{now.waiting:,}", is_number=True),
            ],
            [Cell("Dead", f"{events}?state__exact=dead"), Cell(f"{now.dead:,}", is_number=True)],
        ],
    )


def _sum(cents: int) -> Cell:
    return Cell(money(cents, settings.CREDIT_CURRENCY), is_number=True)

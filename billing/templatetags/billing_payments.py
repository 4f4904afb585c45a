"""Payments that are overdue, on every page: `{% load billing_payments %}`."""

from __future__ import annotations

from typing import Any

from django import template

from billing.reports.invoices import OverduePayment, overdue_payment

register = template.Library()


@register.inclusion_tag("components/payment_banner.html", takes_context=True)
def payment_banner(context: dict[str, Any]) -> dict[str, OverduePayment | None]:
    """Tell a customer that a payment is overdue, and where to make it. One query."""
    return {"overdue": overdue_payment(context["user"].pk)}

"""What other pages show of payments: `{% load billing_payments %}`."""

from __future__ import annotations

from typing import Any

from django import template

from billing.reports.invoices import OverduePayment, overdue_payment
from billing.reports.sales import SaleOfEntry, sale_of_entry

register = template.Library()


@register.inclusion_tag("components/payment_banner.html", takes_context=True)
def payment_banner(context: dict[str, Any]) -> dict[str, OverduePayment | None]:
    """Tell a customer that a payment is overdue, and where to make it. One query."""
    return {"overdue": overdue_payment(context["user"].pk)}


@register.inclusion_tag("billing/_of_entry.html")
def paid_with(entry_id: int) -> dict[str, SaleOfEntry | None]:
    """Say what an entry's credits were paid with, and lead to it. Three queries."""
    return {"sale": sale_of_entry(entry_id)}

"""What other pages show of disputes: `{% load disputes %}`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template

from disputes.reports.claims import (
    DisputeOfEntry,
    disputable_entries,
    disputable_invoices,
    dispute_of_entry,
    waiting_for_answer,
)

register = template.Library()


@register.inclusion_tag("disputes/_of_entry.html")
def dispute_panel(entry_id: int) -> dict[str, DisputeOfEntry | None]:
    """Lead from an entry to its case, or to the form that opens one."""
    return {"found": dispute_of_entry(entry_id)}


@register.inclusion_tag("components/dispute_banner.html", takes_context=True)
def dispute_banner(context: dict[str, Any]) -> dict[str, Any]:
    """Tell a customer of questions that wait for an answer. One query.

    The pages of disputes say it themselves.
    """
    here = context["request"].resolver_match
    if here and here.app_name == "disputes":
        return {"waiting": []}
    return {"waiting": waiting_for_answer(context["user"].pk)}


@register.simple_tag
def disputable_charges(entries: Iterable[Any]) -> set[int]:
    """Return the ids of the rows that are charges one may dispute now. One query."""
    return disputable_entries(row.id for row in entries)


@register.simple_tag
def disputable_payments(invoices: Iterable[Any]) -> set[int]:
    """Return the ids of the invoices whose payment one may dispute now. One query."""
    return disputable_invoices(row.id for row in invoices)

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
)

register = template.Library()


@register.inclusion_tag("disputes/_of_entry.html")
def dispute_panel(entry_id: int) -> dict[str, DisputeOfEntry | None]:
    """Lead from an entry to its case, or to the form that opens one."""
    return {"found": dispute_of_entry(entry_id)}


@register.simple_tag
def disputable_charges(entries: Iterable[Any]) -> set[int]:
    """Return the ids of the rows that are charges one may dispute now. One query."""
    return disputable_entries(row.id for row in entries)


@register.simple_tag
def disputable_payments(invoices: Iterable[Any]) -> set[int]:
    """Return the ids of the invoices whose payment one may dispute now. One query."""
    return disputable_invoices(row.id for row in invoices)

"""The disputes' part of the admin's front: `{% load disputes_dashboard %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Count
from django.urls import reverse

from disputes.admin.queue import PARTS
from disputes.models import Dispute
from disputes.models.dispute import TO_RULE_ON
from wallet.admin.tables import Cell, Table

register = template.Library()
SHOWN = ("mine", "unassigned", "due_soon", "breached", "appeals", "refunds")


@register.inclusion_tag("admin/wallet/_tables.html", takes_context=True)
def dispute_figures(context: dict[str, Any]) -> dict[str, list[Table]]:
    """Show how many cases stand in each part of the queue, but the operator's own. One query."""
    request = context["request"]
    if not request.user.has_perm("disputes.view_dispute"):
        return {"tables": []}
    others = Dispute.objects.exclude(wallet__customer=request.user.pk)
    parts = {name: Count("pk", filter=PARTS[name][1](request)) for name in SHOWN}
    counts = others.aggregate(to_rule_on=Count("pk", filter=TO_RULE_ON), **parts)
    queue = reverse("admin:disputes_dispute_changelist")
    rows = [_row("To rule on", queue, counts["to_rule_on"])]
    rows += [_row(PARTS[name][0], f"{queue}?queue={name}", counts[name]) for name in SHOWN]
    return {"tables": [Table(title="Disputes", heads=("Queue", "Cases"), rows=rows)]}


def _row(label: str, url: str, count: int) -> list[Cell]:
    return [Cell(label, url), Cell(f"{count:,}", is_number=True)]

"""The queue: which cases an operator looks at, and how much time is left for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from creditsite.kernel import clock
from disputes.models import Dispute, DisputeStatus
from disputes.models.dispute import APPEAL_LEVEL, ESCALATION_NOTICE, TO_RULE_ON, overdue

# What each part of the queue holds, for whoever asks.
PARTS: dict[str, tuple[str, Callable[[HttpRequest], Q]]] = {
    "mine": ("Mine", lambda request: Q(is_live=True, assignee=request.user.pk)),
    "unassigned": ("Unassigned", lambda request: TO_RULE_ON & Q(assignee=None)),
    "due_soon": (
        "Due soon",
        lambda request: (
            TO_RULE_ON & Q(respond_by__range=(clock.now(), clock.now() + ESCALATION_NOTICE))
        ),
    ),
    "breached": ("Overdue", lambda request: overdue(clock.now())),
    "appeals": ("Appeals", lambda request: TO_RULE_ON & Q(level=APPEAL_LEVEL)),
    "awaiting": (
        "Waiting for an answer",
        lambda request: Q(status=DisputeStatus.AWAITING_CUSTOMER),
    ),
    "refunds": (
        "Refund to be made",
        lambda request: Q(purchase__granted_cents__gt=F("purchase__refunded_cents")),
    ),
    "all": ("All, also ended ones", lambda request: Q()),
}


class QueueFilter(admin.SimpleListFilter):
    """Without a choice: what an operator should rule on."""

    title = "queue"
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, label) for name, (label, _) in PARTS.items()]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        everything, *others = super().choices(changelist)
        yield {**everything, "display": "To rule on"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Dispute]) -> QuerySet[Dispute]:
        chosen = PARTS.get(self.value() or "")
        return queryset.filter(chosen[1](request) if chosen else TO_RULE_ON)


def time_left(dispute: Dispute) -> str:
    """Show what is left of the operators' time, in a colour of its own when it gets short."""
    if dispute.awaits_customer:
        return format_html(
            '<span class="due due--paused">{} left, waits for an answer</span>',
            in_words(dispute.time_left(clock.now())),
        )
    if not dispute.waits_for_operator:
        return "–"
    left = dispute.time_left(clock.now())
    if left <= timedelta(0):
        return format_html('<span class="due due--late">{} late</span>', in_words(-left))
    tone = "soon" if left <= ESCALATION_NOTICE else "calm"
    return format_html('<span class="due due--{}">{} left</span>', tone, in_words(left))


def in_words(length: timedelta | None) -> str:
    """Return a length of time in its two largest units: `1 d 4 h`, `3 h 20 min`."""
    if length is None:
        return "–"
    minutes = int(length.total_seconds() // 60)
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"

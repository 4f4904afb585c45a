"""The inbox of Stripe's events in the admin: read-only, with replay."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.db.models.fields.json import KT
from django.db.models.lookups import Exact
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from billing.actions import replay_stripe_event
from billing.models import StripeEvent
from billing.webhooks.handlers import EVENT_TYPES
from creditsite.accounts.models import User
from creditsite.kernel.admin import ReadOnlyAdmin
from creditsite.kernel.errors import DomainError
from creditsite.kernel.search import exactly

INBOX = "admin:billing_stripeevent_changelist"


class EventTypeFilter(admin.SimpleListFilter):
    """The types that Stripe is asked to tell of; which are there takes long to ask."""

    title = "type"
    parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        asked = request.GET.get(self.parameter_name, "")
        return [(name, name) for name in sorted({*EVENT_TYPES, asked} - {""})]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[StripeEvent]
    ) -> QuerySet[StripeEvent] | None:
        return queryset.filter(type=self.value()) if self.value() else None


def about(term: str) -> Q:
    """Take the term for the id of the object at Stripe that an event is about."""
    return Q(Exact(KT("payload__data__object__id"), term))


@admin.register(StripeEvent)
class StripeEventAdmin(ReadOnlyAdmin[StripeEvent]):
    """What Stripe told us and what became of it, newest first."""

    change_form_template = "admin/billing/stripeevent/change_form.html"
    ordering = ("-received_at",)
    list_display = (
        "event_id",
        "type",
        "state",
        "attempts",
        "stripe_customer_id",
        "received_at",
        "processed_at",
        "mirrored_at",
    )
    list_filter = ("state", EventTypeFilter, "received_at")
    found_by = (*exactly("event_id", "stripe_customer_id"), about)
    search_help_text = "Id of the event, of the Stripe customer, or of the object it is about"
    fields = (
        "event_id",
        "type",
        "created",
        "livemode",
        "api_version",
        "stripe_customer_id",
        "state",
        "attempts",
        "error",
        "received_at",
        "processed_at",
        "mirrored_at",
        "mirror_error",
        "replayed_at",
        "replayed_by",
        "pretty_payload",
    )
    readonly_fields: ClassVar = fields
    actions = ("replay_selected",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[StripeEvent]:
        # A list shows nothing of it; the page of one event loads it by itself.
        return super().get_queryset(request).defer("payload")

    @admin.display(description="payload")
    def pretty_payload(self, event: StripeEvent) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(event.payload, indent=2, sort_keys=True))

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Whether the operator may have events processed again."""
        return request.user.has_perm("billing.change_stripeevent")

    def get_urls(self) -> list[URLPattern]:
        replay = path(
            "<int:event_id>/replay/",
            self.admin_site.admin_view(self.replay),
            name="billing_stripeevent_replay",
        )
        return [replay, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        shown: dict[str, object] = {"may_replay": self.has_replay_permission(request)}
        return super().change_view(request, object_id, form_url, shown | (extra_context or {}))

    def replay(self, request: HttpRequest, event_id: int) -> HttpResponse:
        """Ask once more, then put one event back in line."""
        if not self.has_replay_permission(request):
            raise PermissionDenied
        event = get_object_or_404(StripeEvent, pk=event_id)
        if request.method == "POST":
            self._replay(request, [event])
            return HttpResponseRedirect(
                reverse("admin:billing_stripeevent_change", args=[event.pk])
            )
        return self._confirmation(request, [event])

    @admin.action(description="Replay the selected events", permissions=["replay"])
    def replay_selected(
        self, request: HttpRequest, queryset: QuerySet[StripeEvent]
    ) -> HttpResponse | None:
        events = list(queryset)
        if "confirmed" not in request.POST:
            return self._confirmation(request, events)
        self._replay(request, events)
        return None

    def _confirmation(self, request: HttpRequest, events: list[StripeEvent]) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Replay",
            "events": events,
            "selected_name": ACTION_CHECKBOX_NAME,
            "one": len(events) == 1 and request.method == "GET",
            "inbox_url": reverse(INBOX),
        }
        return TemplateResponse(request, "admin/billing/stripeevent/replay.html", context)

    def _replay(self, request: HttpRequest, events: Iterable[StripeEvent]) -> None:
        assert isinstance(request.user, User)
        for event in events:
            try:
                replay_stripe_event(event=event, actor=request.user.actor)
            except DomainError as refusal:
                messages.error(request, refusal.detail)
            else:
                self.log_change(request, event, "Replayed.")
                messages.success(request, f"{event.event_id} is processed again.")

"""The inbox of Stripe's events in the admin: read-only, with replay."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import ClassVar

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from billing.actions import replay_stripe_event
from billing.models import StripeEvent
from creditsite.accounts.models import User
from creditsite.kernel.admin import ReadOnlyAdmin
from creditsite.kernel.errors import DomainError

INBOX = "admin:billing_stripeevent_changelist"


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
    list_filter = ("state", "type", "received_at")
    search_fields = ("=event_id", "=stripe_customer_id", "=payload__data__object__id")
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

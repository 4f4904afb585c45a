"""Disputes in the admin: the queue, and a page for each case."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse

from creditsite.kernel.search import number
from disputes.admin.queue import QueueFilter, time_left
from disputes.admin.reports import DISPUTES
from disputes.admin.steps import (
    Ask,
    Assign,
    Note,
    RecordRefund,
    Rule,
    RuleOnIncident,
    Take,
    Tell,
)
from disputes.admin.tables import case_tables
from disputes.files import evidence_response
from disputes.models import Dispute, DisputeStatus
from disputes.reports.review import review_of
from wallet.admin.search import BY_WALLET, of_wallet
from wallet.admin.steps import Done, StepLink, StepsAdmin


@admin.register(Dispute)
class DisputeAdmin(StepsAdmin[Dispute]):
    """Cases, those that are due first."""

    steps = (Take(), Rule(), Ask(), Tell(), Note(), Assign(), RecordRefund())
    list_steps = (RuleOnIncident(),)
    change_list_template = "admin/disputes/dispute/change_list.html"
    ordering = ("respond_by", "id")
    list_display = (
        "id",
        "customer",
        "reason",
        "shown_status",
        "time_left",
        "assignee",
    )
    list_display_links = ("id", "customer")
    list_filter = (QueueFilter, "reason")
    list_select_related = ("wallet__customer", "assignee")
    found_by = (number("pk", "wallet"), of_wallet())
    search_help_text = f"{BY_WALLET}; or the dispute's id"
    fields = (
        "customer",
        "wallet",
        "reason",
        "explanation",
        "shown_status",
        "time_left",
        "respond_by",
        "assignee",
        "answer_by",
        "appeal_by",
        "opened_at",
        "closed_at",
    )
    readonly_fields: ClassVar = fields

    def get_fields(self, request: HttpRequest, obj: Dispute | None = None) -> list[Any]:
        """Leave out moments that did not come."""
        return [name for name in self.fields if getattr(obj, name, "") is not None]

    @admin.display(description="customer")
    def customer(self, dispute: Dispute) -> str:
        return dispute.wallet.customer.email

    @admin.display(description="status")
    def shown_status(self, dispute: Dispute) -> str:
        label = dispute.get_status_display()
        says_so = dispute.status == DisputeStatus.APPEALED
        return f"{label} (appeal)" if dispute.is_appeal and not says_so else label

    @admin.display(description="time left")
    def time_left(self, dispute: Dispute) -> str:
        return time_left(dispute)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dispute]:
        # Nobody looks behind the scenes of their own case.
        others = super().get_queryset(request).exclude(wallet__customer=request.user.pk)
        return others.select_related("wallet__customer", "assignee")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path(
                "<int:dispute_id>/evidence/<uuid:evidence_id>/",
                view(self.evidence),
                name="disputes_dispute_evidence",
            ),
            *super().get_urls(),
        ]

    def evidence(self, request: HttpRequest, dispute_id: int, evidence_id: UUID) -> HttpResponse:
        """Hand a file out that a customer handed in."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        dispute = get_object_or_404(self.get_queryset(request), pk=dispute_id)
        files = dispute.evidence.select_related("content")
        return evidence_response(get_object_or_404(files, pk=evidence_id))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        shown = {"figures_link": StepLink("Report", DISPUTES.url)}
        return super().changelist_view(request, shown | (extra_context or {}))

    def page_of(self, request: HttpRequest, row: Dispute) -> dict[str, Any]:
        tables = list(case_tables(row, review_of(row)))
        return {**super().page_of(request, row), "tables": tables}

    def url_after(self, done: Done) -> str:
        """Go on with the case; after ruling on an incident, with the queue."""
        if isinstance(done.row, Dispute):
            return super().url_after(done)
        return reverse("admin:disputes_dispute_changelist")

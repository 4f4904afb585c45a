"""Credits given back for an incident, in the admin: asked for with a dry run, then followed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.template.defaultfilters import pluralize
from django.urls import reverse

from creditsite.accounts.search import person
from creditsite.kernel import search
from creditsite.kernel.formatting import credits as show
from creditsite.kernel.formatting import percent as show_percent
from wallet.actions import request_compensation
from wallet.actions.request_compensation import compensation_needs_another, require_compensable
from wallet.admin.incident_forms import CompensateForm
from wallet.admin.steps import Asked, Done, Preview, Step, StepsAdmin
from wallet.admin.tables import Cell, Table, link, number
from wallet.admin.wallet_steps import too_much_for_one
from wallet.errors.operators import NothingToCompensate
from wallet.models import ApprovalRequest, ChargeStatus, Compensation, Incident
from wallet.reports.compensation import (
    SHOWN_CUSTOMERS,
    CustomerShare,
    compensated_customers,
    compensation_plan,
    compensation_progress,
)

SHOWN_LEFT_OUT = 20


class Compensate(Step[Compensation]):
    name = "compensate"
    label = "Compensate an incident"
    permission = "wallet.add_compensation"
    form_class = CompensateForm
    lead = (
        "Gives back a share of every charge of one service in a range of time. The next page says"
        " how much, and to whom. A job then gives it, charge by charge."
    )

    def title(self, row: Compensation) -> str:
        return self.label

    def preview(self, row: Compensation, asked: Asked) -> Preview:
        incident, data = _incident(asked), asked.data
        require_compensable(incident, data["percent"])
        plan = compensation_plan(incident, percent=data["percent"], failed_only=data["failed_only"])
        if not plan.charges:
            raise NothingToCompensate("No charge of that service and time has a share left.")
        summary = _in_words(plan.charges, plan.customers, show(plan.credits))
        if compensation_needs_another(plan.credits, asked.user):
            summary += f" It waits for another operator: {too_much_for_one()}"
        return Preview(summary, table=customers_table(plan.first))

    def act(self, row: Compensation, asked: Asked) -> Done:
        compensation = request_compensation(
            incident=_incident(asked),
            percent=asked.data["percent"],
            failed_only=asked.data["failed_only"],
            reason=asked.data["reason"],
            idempotency_key=asked.key,
            operator=asked.user,
        )
        state = "Started" if compensation.started_at else "Waits for another operator"
        return Done(f"{state}: {_summary(compensation)}", compensation)


@admin.register(Compensation)
class CompensationAdmin(StepsAdmin[Compensation]):
    """What was given back for incidents, newest first, and how far it is."""

    list_steps = (Compensate(),)
    ordering = ("-id",)
    list_display = (
        "id",
        "state",
        "service",
        "begins_at",
        "ends_at",
        "charge_count",
        "customer_count",
        "credits",
        "asked_by",
    )
    list_filter = ("service", "asked_at")
    list_select_related = ("service", "asked_by", "approval_request")
    found_by = (search.number("pk"), person("asked_by"))
    search_help_text = "Id, or the beginning of the e-mail address of who asked"
    fields = (
        "state",
        "service",
        "begins_at",
        "ends_at",
        "percent",
        "failed_only",
        "reason",
        "charge_count",
        "customer_count",
        "credits",
        "asked_by",
        "asked_at",
        "started_at",
        "finished_at",
    )
    readonly_fields: ClassVar = fields

    @admin.display(description="state")
    def state(self, compensation: Compensation) -> str:
        if compensation.finished_at:
            return "Finished"
        if compensation.started_at:
            return "Under way"
        return compensation.approval_request.get_status_display()

    def page_of(self, request: HttpRequest, row: Compensation) -> dict[str, Any]:
        return {**super().page_of(request, row), "tables": list(compensation_tables(row))}


def compensation_tables(compensation: Compensation) -> Iterator[Table]:
    """Yield how far it is, who gets most, and what was left out."""
    yield Table(
        title="Charges",
        heads=("Status", "Charges", "Planned", "Given back"),
        rows=[
            [
                Cell(settled.status_label),
                Cell(f"{settled.charges:,}", is_number=True),
                number(settled.planned),
                number(settled.given),
            ]
            for settled in compensation_progress(compensation)
        ],
        notes=["Load the page again to see how it goes."] if compensation.is_under_way else [],
    )
    request = ApprovalRequest.objects.filter(compensation=compensation).first()
    if request:
        yield Table(
            title="Approval",
            heads=("Request", "Status", "Decided by", "Why"),
            rows=[
                [
                    link(request.pk, "approvalrequest", request.pk),
                    Cell(request.get_status_display()),
                    Cell(str(request.decided_by or "")),
                    Cell(request.decision_reason, is_text=True),
                ]
            ],
        )
    yield customers_table(compensated_customers(compensation))
    yield from _left_out(compensation)


def customers_table(customers: list[CustomerShare]) -> Table:
    """Return who gets how much, those who get most first."""
    return Table(
        title=f"Who gets most, up to {SHOWN_CUSTOMERS}",
        heads=("Wallet", "Customer", "Charges", "Credits"),
        rows=[
            [
                link(each.wallet, "wallet", each.wallet),
                Cell(each.customer),
                Cell(f"{each.charges:,}", is_number=True),
                number(each.credits),
            ]
            for each in customers
        ],
    )


def _left_out(compensation: Compensation) -> Iterator[Table]:
    left_out = compensation.charges.filter(status=ChargeStatus.LEFT_OUT)[:SHOWN_LEFT_OUT]
    if left_out:
        yield Table(
            title=f"Left out, up to {SHOWN_LEFT_OUT}",
            heads=("Entry", "Wallet", "Credits", "Why"),
            rows=[
                [
                    Cell(
                        str(charge.entry_id),
                        reverse("admin:wallet_ledgerentry_change", args=[charge.entry_id]),
                    ),
                    link(charge.wallet_id, "wallet", charge.wallet_id),
                    number(charge.credits),
                    Cell(charge.note, is_text=True),
                ]
                for charge in left_out
            ],
        )


def _incident(asked: Asked) -> Incident:
    return Incident(asked.data["service"], asked.data["begins_at"], asked.data["ends_at"])


def _summary(compensation: Compensation) -> str:
    words = _in_words(
        compensation.charge_count, compensation.customer_count, show(compensation.credits)
    )
    share = show_percent(compensation.percent)
    return f"{share} of {compensation.service.name}, {words}"


def _in_words(charges: int, customers: int, credits: str) -> str:
    return (
        f"{charges:,} charge{pluralize(charges)} of {customers:,} customer{pluralize(customers)},"
        f" {credits} credits back."
    )

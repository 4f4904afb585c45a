"""Lots in the admin: read-only, and the step that rolls one over."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.urls import reverse

from creditsite.kernel.formatting import credits as show
from creditsite.kernel.search import exactly
from wallet.actions import roll_over
from wallet.admin.forms import RollOverForm, StepForm
from wallet.admin.search import BY_WALLET, of_wallet
from wallet.admin.steps import Asked, Done, Step, StepsAdmin
from wallet.models import Grant, Wallet


class RollOver(Step[Grant]):
    name = "roll_over"
    label = "Roll over"
    lead = (
        "Carries what is left of the lot, and not held, into a new lot that expires later, with"
        " its value and priority."
    )

    def is_open(self, row: Grant) -> bool:
        return row.is_open and not row.never_expires

    def wallet(self, row: Grant) -> Wallet:
        return row.wallet

    def form(self, row: Grant, data: Any) -> StepForm:
        return RollOverForm(data, lot=row)

    def act(self, row: Grant, asked: Asked) -> Done:
        posting = roll_over(
            grant=row,
            most=asked.data["most"],
            expires_at=asked.data["expires_at"],
            reason=asked.data["reason"],
            idempotency_key=asked.key,
            actor=asked.actor,
        )
        carried = show(posting.entry.credits)
        return Done.by(posting, f"Rolled over {carried} credits of lot {row.pk}.", row)


@admin.register(Grant)
class GrantAdmin(StepsAdmin[Grant]):
    """All lots, newest first, also those that are used up."""

    steps = (RollOver(),)
    ordering = ("-id",)
    list_display = (
        "id",
        "wallet",
        "source",
        "credits",
        "remaining",
        "held",
        "priority",
        "expires",
        "created_at",
    )
    list_filter = ("source", "is_open", "created_at")
    list_select_related = ("wallet",)
    found_by = (of_wallet(), *exactly("reference"))
    search_help_text = f"{BY_WALLET}, or the reference"
    fields = (
        "wallet",
        "source",
        "credits",
        "remaining",
        "held",
        "priority",
        "expires",
        "cost_cents",
        "currency",
        "reference",
        "created_at",
    )
    readonly_fields: ClassVar = fields

    @admin.display(description="expires")
    def expires(self, grant: Grant) -> datetime | str:
        return "Never" if grant.never_expires else grant.expires_at

    def url_after(self, done: Done) -> str:
        return reverse("admin:wallet_wallet_change", args=[done.row.wallet_id])

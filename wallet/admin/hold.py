"""Holds in the admin: read-only, and the step that releases one."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.urls import reverse

from creditsite.kernel.formatting import credits as show
from creditsite.kernel.search import exactly
from wallet.actions import release_hold
from wallet.admin.forms import LoggedReasonForm
from wallet.admin.search import BY_WALLET, of_wallet
from wallet.admin.steps import Asked, Done, Step, StepsAdmin
from wallet.models import Hold, HoldStatus, Wallet


class Release(Step[Hold]):
    name = "release"
    label = "Release"
    form_class = LoggedReasonForm
    lead = (
        "Frees what is held without spending it. The work it was placed for can't be captured"
        " any more."
    )

    def is_open(self, row: Hold) -> bool:
        return row.status_now == HoldStatus.OPEN

    def wallet(self, row: Hold) -> Wallet:
        return row.wallet

    def act(self, row: Hold, asked: Asked) -> Done:
        result = release_hold(hold=row)
        hold, timed_out = result.hold, result.hold.status == HoldStatus.EXPIRED
        if result.replayed or timed_out:
            how = "had timed out" if timed_out else "was released"
            return Done(f"Hold {row.pk} {how} already; nothing changed.", row, changed=False)
        return Done(f"Hold {row.pk} released: {show(hold.credits)} credits came free.", row)


@admin.register(Hold)
class HoldAdmin(StepsAdmin[Hold]):
    """Credits set aside for work under way, newest first."""

    steps = (Release(),)
    ordering = ("-id",)
    list_display = (
        "id",
        "wallet",
        "service",
        "status_shown",
        "credits",
        "captured",
        "actor",
        "created_at",
        "expires_at",
    )
    list_filter = ("status", "service", "created_at")
    list_select_related = ("wallet", "service")
    found_by = (of_wallet(), *exactly("idempotency_key"))
    search_help_text = f"{BY_WALLET}, or the idempotency key"
    fields = (
        "wallet",
        "service",
        "status_shown",
        "credits",
        "captured",
        "draws",
        "created_at",
        "expires_at",
        "settled_at",
        "idempotency_key",
        "actor",
        "metadata",
    )
    readonly_fields: ClassVar = fields

    @admin.display(description="status")
    def status_shown(self, hold: Hold) -> str:
        return HoldStatus(hold.status_now).label

    def url_after(self, done: Done) -> str:
        return reverse("admin:wallet_wallet_change", args=[done.row.wallet_id])

"""Wallets in the admin: figures to read, now and then, and steps that ask for a reason."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from wallet.admin.forms import AsOfForm
from wallet.admin.search import BY_WALLET, of_wallet
from wallet.admin.steps import StepsAdmin
from wallet.admin.tables import Table
from wallet.admin.wallet_steps import Adjust, ClawBack, Close, GrantCredits, Note, Pause, Resume
from wallet.admin.wallet_tables import figures_table, lots_table, wallet_tables
from wallet.models import Wallet
from wallet.reports.as_of import wallet_at


@admin.register(Wallet)
class WalletAdmin(StepsAdmin[Wallet]):
    """Wallets: nothing is edited in place; each step is a page of its own."""

    change_form_template = "admin/wallet/wallet/change_form.html"
    steps = (Adjust(), GrantCredits(), ClawBack(), Pause(), Resume(), Close(), Note())
    list_display = ("id", "customer", "status", "balance", "held", "debt", "created_at")
    list_display_links = ("id", "customer")
    list_filter = ("status",)
    list_select_related = ("customer",)
    found_by = (of_wallet("pk"),)
    search_help_text = BY_WALLET
    ordering = ("-id",)
    fields = (
        "customer",
        "status",
        "status_reason",
        "balance",
        "held",
        "available_now",
        "debt",
        "sequence",
        "created_at",
    )
    readonly_fields: ClassVar = fields

    @admin.display(description="available")
    def available_now(self, wallet: Wallet) -> str:
        return str(wallet.available())

    def get_queryset(self, request: HttpRequest) -> QuerySet[Wallet]:
        return super().get_queryset(request).select_related("customer")

    def page_of(self, request: HttpRequest, row: Wallet) -> dict[str, Any]:
        as_of = AsOfForm(request.GET if "at" in request.GET else None)
        may_step = request.user.has_perm("wallet.change_wallet")
        return {
            **super().page_of(request, row),
            "as_of_form": as_of,
            "as_of_tables": _then(row, as_of),
            "tables": list(wallet_tables(row, may_step=may_step)),
        }


def _then(wallet: Wallet, as_of: AsOfForm) -> list[Table]:
    if not as_of.is_valid():
        return []
    then = wallet_at(wallet, as_of.cleaned_data["at"])
    return [figures_table(then), lots_table(then, "Lots then", may_step=False)]

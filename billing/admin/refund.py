"""Refunds in the admin: read-only."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin

from billing.models import Refund
from creditsite.kernel.admin import ReadOnlyAdmin
from creditsite.kernel.formatting import money
from creditsite.kernel.search import exactly
from wallet.admin.search import BY_WALLET, of_wallet


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin[Refund]):
    """Money that went back through Stripe, newest first."""

    ordering = ("-id",)
    list_display = ("stripe_id", "customer", "status", "total", "created_at")
    list_filter = ("status", "created_at")
    list_select_related = ("wallet__customer",)
    found_by = (*exactly("stripe_id", "stripe_charge_id"), of_wallet())
    search_help_text = f"{BY_WALLET}; or Stripe's id of the refund or its charge"
    fields = (
        "wallet",
        "customer",
        "status",
        "total",
        "reason",
        "stripe_id",
        "stripe_charge_id",
        "created_at",
        "told_at",
    )
    readonly_fields: ClassVar = fields

    @admin.display(description="customer")
    def customer(self, refund: Refund) -> str:
        return refund.wallet.customer.email

    @admin.display(description="total")
    def total(self, refund: Refund) -> str:
        return money(refund.total_cents, refund.currency)

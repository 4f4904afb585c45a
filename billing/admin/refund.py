"""Refunds in the admin: read-only."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin

from billing.models import Refund
from creditsite.kernel.admin import ReadOnlyAdmin
from creditsite.kernel.formatting import money


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin[Refund]):
    """Money that went back through Stripe, newest first."""

    ordering = ("-id",)
    list_display = ("stripe_id", "customer", "status", "total", "created_at")
    list_filter = ("status", "created_at")
    list_select_related = ("wallet__customer",)
    search_fields = ("wallet__customer__email", "=stripe_id", "=stripe_charge_id")
    search_help_text = "E-mail address, or Stripe's id of the refund or its charge"
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

    @admin.display(description="customer", ordering="wallet__customer__email")
    def customer(self, refund: Refund) -> str:
        return refund.wallet.customer.email

    @admin.display(description="total", ordering="total_cents")
    def total(self, refund: Refund) -> str:
        return money(refund.total_cents, refund.currency)

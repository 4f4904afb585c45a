"""Top-ups in the admin: read-only."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from billing.models import TopUp
from creditsite.kernel.admin import ReadOnlyAdmin
from creditsite.kernel.search import exactly, uuid
from wallet.admin.search import BY_WALLET, of_wallet


@admin.register(TopUp)
class TopUpAdmin(ReadOnlyAdmin[TopUp]):
    """Sales of credits, newest first."""

    ordering = ("-created_at",)
    list_display = ("id", "customer", "status", "credits", "price", "created_at", "paid_at")
    list_filter = ("status", "created_at", "paid_at")
    list_select_related = ("wallet__customer",)
    found_by = (uuid(), *exactly("stripe_session_id", "stripe_payment_intent"), of_wallet())
    search_help_text = f"{BY_WALLET}; Checkout Session, payment intent, or the top-up's id"
    fields = (
        "id",
        "wallet",
        "customer",
        "status",
        "credits",
        "price",
        "quote_lines",
        "actor",
        "idempotency_key",
        "stripe_session_id",
        "checkout_url",
        "stripe_payment_intent",
        "created_at",
        "expires_at",
        "paid_at",
        "entry",
    )
    readonly_fields: ClassVar = fields

    @admin.display(description="customer")
    def customer(self, top_up: TopUp) -> str:
        return top_up.wallet.customer.email

    @admin.display(description="price")
    def price(self, top_up: TopUp) -> str:
        return money(top_up.total_cents, top_up.currency)

    @admin.display(description="quote")
    def quote_lines(self, top_up: TopUp) -> SafeString:
        return format_html_join(
            "",
            "<div>{} ({}): {}</div>",
            (
                (line["label"], line["reason"], money(line["amount_cents"], top_up.currency))
                for line in top_up.quote["lines"]
            ),
        )


def money(cents: int, currency: str) -> str:
    """Return cents as a person reads them: `50.00 USD`."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02} {currency.upper()}"

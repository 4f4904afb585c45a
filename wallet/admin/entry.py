"""The ledger in the admin: read-only, for good."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from creditsite.kernel.admin import ReadOnlyAdmin
from wallet.models import LedgerEntry
from wallet.reports.explain import drawn_lots, entry_detail


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin[LedgerEntry]):
    """Entries of all wallets, newest first."""

    ordering = ("-id",)
    list_display = (
        "id",
        "wallet",
        "sequence",
        "kind",
        "service",
        "credits",
        "balance_after",
        "actor",
        "created_at",
    )
    list_display_links = ("id",)
    list_filter = ("kind", "service")
    list_select_related = ("wallet", "service")
    search_fields = ("=wallet__id", "=idempotency_key", "wallet__customer__email")
    search_help_text = "Wallet id, idempotency key, or the customer's e-mail address"
    date_hierarchy = None
    fields = (
        "wallet",
        "sequence",
        "kind",
        "credits",
        "balance_before",
        "balance_after",
        "service",
        "price",
        "lots",
        "cost_cents",
        "idempotency_key",
        "reference",
        "actor",
        "reason",
        "metadata",
        "created_at",
        "hash_hex",
    )
    readonly_fields: ClassVar = fields

    @admin.display(description="price")
    def price(self, entry: LedgerEntry) -> str:
        return entry_detail(entry).formula or "-"

    @admin.display(description="lots moved")
    def lots(self, entry: LedgerEntry) -> SafeString:
        return format_html_join(
            mark_safe("<br>"),
            "{} ({}): {}",
            ((lot.label, lot.source_label, lot.credits) for lot in drawn_lots(entry)),
        )

    @admin.display(description="hash")
    def hash_hex(self, entry: LedgerEntry) -> str:
        return bytes(entry.hash).hex()

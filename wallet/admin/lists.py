"""What operators look through and never change: claw-backs, notes, events, usage by day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin

from creditsite.accounts.search import person
from creditsite.kernel.admin import ReadOnlyAdmin, day_filter
from creditsite.kernel.search import exactly
from wallet.admin.search import BY_WALLET, of_wallet
from wallet.models import Clawback, ServiceDay, UsageDay, WalletEvent, WalletNote


@admin.register(Clawback)
class ClawbackAdmin(ReadOnlyAdmin[Clawback]):
    """Credits taken back because their money was, newest first."""

    ordering = ("-id",)
    list_display = (
        "id",
        "wallet",
        "credits",
        "taken",
        "owed",
        "reference",
        "actor",
        "created_at",
    )
    list_filter = ("created_at",)
    list_select_related = ("wallet",)
    found_by = (of_wallet(), *exactly("reference", "idempotency_key"))
    search_help_text = f"{BY_WALLET}; the reference, or the idempotency key"
    fields = (
        "wallet",
        "grant",
        "entry",
        "credits",
        "taken",
        "owed",
        "reference",
        "reason",
        "actor",
        "idempotency_key",
        "created_at",
    )
    readonly_fields: ClassVar = fields


@admin.register(WalletNote)
class WalletNoteAdmin(ReadOnlyAdmin[WalletNote]):
    """What operators noted about wallets, newest first."""

    ordering = ("-id",)
    list_display = ("created_at", "wallet", "author", "text")
    list_filter = ("created_at",)
    list_select_related = ("wallet", "author")
    found_by = (of_wallet(), person("author"))
    search_help_text = f"{BY_WALLET}, or of the author's"
    fields = ("wallet", "author", "created_at", "text")
    readonly_fields: ClassVar = fields


@admin.register(WalletEvent)
class WalletEventAdmin(ReadOnlyAdmin[WalletEvent]):
    """What customers are told of, newest first."""

    ordering = ("-id",)
    list_display = ("id", "wallet", "kind", "created_at", "mailed_at")
    list_filter = ("kind", ("mailed_at", admin.EmptyFieldListFilter), "created_at")
    list_select_related = ("wallet",)
    found_by = (of_wallet(),)
    search_help_text = BY_WALLET
    fields = ("wallet", "kind", "data", "created_at", "mailed_at")
    readonly_fields: ClassVar = fields


@admin.register(UsageDay)
class UsageDayAdmin(ReadOnlyAdmin[UsageDay]):
    """What each wallet used of each service on each day, the newest rows first."""

    ordering = ("-id",)
    list_display = (
        "day",
        "wallet",
        "service",
        "spends",
        "quantity",
        "credits",
        "reversed",
        "failed",
    )
    list_filter = ("service", day_filter("day"))
    list_select_related = ("wallet", "service")
    found_by = (of_wallet(),)
    search_help_text = BY_WALLET
    readonly_fields: ClassVar = list_display

    def is_without_index(self, asked: Mapping[str, Any]) -> bool:
        # Of all wallets together no index has the service.
        return any(name.startswith("service") for name in asked) and "day" not in asked


@admin.register(ServiceDay)
class ServiceDayAdmin(ReadOnlyAdmin[ServiceDay]):
    """What all wallets used of each service on each day, newest first."""

    ordering = ("-day", "service")
    list_display = (
        "day",
        "service",
        "wallets",
        "spends",
        "quantity",
        "credits",
        "reversed",
        "failed",
        "rolled_up_at",
    )
    list_filter = ("service", "day")
    list_select_related = ("service",)
    readonly_fields: ClassVar = list_display

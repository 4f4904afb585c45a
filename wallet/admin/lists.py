"""What operators look through and never change: claw-backs, notes, events, usage by day."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin

from creditsite.kernel.admin import ReadOnlyAdmin
from wallet.models import Clawback, ServiceDay, UsageDay, WalletEvent, WalletNote

OF_A_WALLET = ("=wallet__id", "wallet__customer__email")
BY_WALLET = "Wallet id, or the customer's e-mail address"


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
    search_fields = (*OF_A_WALLET, "=reference", "=idempotency_key")
    search_help_text = f"{BY_WALLET}, reference, idempotency key"
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
    search_fields = (*OF_A_WALLET, "author__email")
    search_help_text = f"{BY_WALLET}, or the author's"
    fields = ("wallet", "author", "created_at", "text")
    readonly_fields: ClassVar = fields


@admin.register(WalletEvent)
class WalletEventAdmin(ReadOnlyAdmin[WalletEvent]):
    """What customers are told of, newest first."""

    ordering = ("-id",)
    list_display = ("id", "wallet", "kind", "created_at", "mailed_at")
    list_filter = ("kind", ("mailed_at", admin.EmptyFieldListFilter), "created_at")
    list_select_related = ("wallet",)
    search_fields = OF_A_WALLET
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
    list_filter = ("service", "day")
    list_select_related = ("wallet", "service")
    search_fields = OF_A_WALLET
    search_help_text = BY_WALLET
    readonly_fields: ClassVar = list_display


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

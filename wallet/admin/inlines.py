"""What a wallet's page lists below its figures."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from wallet.models import Grant, Wallet, WalletStatusChange


class ReadOnlyInline(admin.TabularInline[Any, Wallet]):
    """Rows that are looked at."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class GrantInline(ReadOnlyInline):
    """The lots that still hold credits."""

    model = Grant
    verbose_name_plural = "open lots"
    fields = ("id", "source", "credits", "remaining", "priority", "expires", "cost_cents")
    readonly_fields = fields

    @admin.display(description="expires")
    def expires(self, grant: Grant) -> datetime | str:
        return "Never" if grant.never_expires else grant.expires_at

    def get_queryset(self, request: HttpRequest) -> QuerySet[Grant]:
        return super().get_queryset(request).filter(is_open=True).order_by("priority", "expires_at")


class StatusChangeInline(ReadOnlyInline):
    """When and why the wallet was paused or resumed."""

    model = WalletStatusChange
    verbose_name_plural = "status changes"
    fields = ("created_at", "from_status", "to_status", "reason", "actor")
    readonly_fields = fields

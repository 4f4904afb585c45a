"""Services and their prices in the admin."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from wallet.models import Service, ServiceRate


class ServiceRateInline(admin.TabularInline[ServiceRate, Service]):
    """A service's price versions: new ones are added, old ones stay."""

    model = ServiceRate
    extra = 0
    fields = ("credits_per_unit", "unit", "minimum_credits", "effective_at", "created_at")
    readonly_fields = ("created_at",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Service)
class ServiceAdmin(admin.ModelAdmin[Service]):
    """What credits are spent on; a service that was spent on is paused, never deleted."""

    list_display = ("name", "slug", "status")
    list_filter = ("status",)
    search_fields = ("name", "slug")
    inlines: ClassVar = [ServiceRateInline]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Service | None = None
    ) -> tuple[str, ...]:
        # The slug is what API clients send.
        return ("slug",) if obj else ()

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Service | None = None
    ) -> dict[str, Any]:
        return {} if obj else {"slug": ("name",)}

    def has_delete_permission(self, request: HttpRequest, obj: Service | None = None) -> bool:
        return False

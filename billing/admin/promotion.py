"""Volume tiers and promotions in the admin; what is paid for already stays as it was quoted."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest

from billing.models import Promotion, PromotionUse, VolumeTier
from creditsite.kernel import clock
from creditsite.kernel.admin import ReadOnlyAdmin
from creditsite.kernel.formatting import money, percent, plain_credits
from creditsite.kernel.search import exactly
from wallet.admin.search import BY_WALLET, of_wallet


@admin.register(VolumeTier)
class VolumeTierAdmin(admin.ModelAdmin[VolumeTier]):
    """Discounts on top-ups by quantity."""

    list_display = ("minimum_credits", "percent")


class TimeFilter(admin.SimpleListFilter):
    """Promotions that run now, are to come, or are over."""

    title = "time"
    parameter_name = "time"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Promotion]
    ) -> list[tuple[str, str]]:
        return [("now", "Runs now"), ("later", "To come"), ("over", "Over")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Promotion]
    ) -> QuerySet[Promotion] | None:
        now = clock.now()
        over = Q(ends_at__lte=now) | Q(is_on=False)
        match self.value():
            case "now":
                return queryset.filter(starts_at__lte=now).exclude(over)
            case "later":
                return queryset.filter(starts_at__gt=now).exclude(over)
            case "over":
                return queryset.filter(over)
        return queryset


@admin.register(Promotion)
class PromotionAdmin(admin.ModelAdmin[Promotion]):
    """Sales and codes. To take one back, switch it off; one that was used can't be deleted."""

    list_display = ("name", "code", "gives", "applies_to", "starts_at", "ends_at", "is_on", "used")
    list_filter = (TimeFilter, "applies_to")
    search_fields = ("name", "code")
    autocomplete_fields = ("customers",)
    fieldsets = (
        (None, {"fields": ("name", "code", "applies_to", "is_on")}),
        ("What it gives", {"fields": ("percent", "off_cents", "bonus_credits", "months")}),
        ("When", {"fields": ("starts_at", "ends_at")}),
        (
            "Who, and how often",
            {
                "fields": (
                    "customers",
                    "is_for_first_purchase",
                    "most_uses",
                    "most_uses_each",
                    "is_combinable",
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Promotion]:
        uses = PromotionUse.objects.counted().values("pk")
        return super().get_queryset(request).annotate(used=Count("uses", filter=Q(uses__in=uses)))

    @admin.display(description="gives")
    def gives(self, promotion: Promotion) -> str:
        given = []
        if promotion.percent:
            given.append(f"{percent(promotion.percent)} off")
        if promotion.off_cents:
            given.append(f"{money(promotion.off_cents, 'usd')} off")
        if promotion.bonus_credits:
            given.append(f"{plain_credits(promotion.bonus_credits)} credits on top")
        return ", ".join(given)

    @admin.display(description="used", ordering="used")
    def used(self, promotion: Promotion) -> str:
        used: int = promotion.used  # type: ignore[attr-defined]
        most = promotion.most_uses
        return f"{used}" if most is None else f"{used} of {most}"


@admin.register(PromotionUse)
class PromotionUseAdmin(ReadOnlyAdmin[PromotionUse]):
    """Which sale used which promotion, newest first."""

    ordering = ("-id",)
    list_display = ("promotion", "customer", "sale", "off_cents", "bonus_credits", "created_at")
    list_filter = ("promotion",)
    list_select_related = ("promotion", "wallet__customer", "top_up", "subscription")
    found_by = (of_wallet(), *exactly("promotion__code", "promotion__name"))
    search_help_text = f"{BY_WALLET}; or the promotion's code or name"

    @admin.display(description="customer")
    def customer(self, use: PromotionUse) -> str:
        return use.wallet.customer.email

    @admin.display(description="sale")
    def sale(self, use: PromotionUse) -> str:
        sale = use.top_up or use.subscription
        assert sale is not None
        return f"{sale} ({sale.get_status_display().lower()})"

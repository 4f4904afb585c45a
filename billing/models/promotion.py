"""What takes something off a price: volume tiers, sales and codes."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.db.models.lookups import Exact

from billing.models.subscription import Subscription, SubscriptionStatus
from billing.models.top_up import TopUp, TopUpStatus
from creditsite.kernel.credits import ZERO
from creditsite.kernel.guards import fixed_columns
from wallet.models import LedgerEntry, Wallet
from wallet.models.fields import CreditsField


class VolumeTier(models.Model):
    """A discount on top-ups by quantity: so many percent off all credits from a number on."""

    minimum_credits = CreditsField(unique=True, help_text="From how many credits on.")
    percent = models.DecimalField(max_digits=5, decimal_places=2, help_text="Off all of them.")

    class Meta:
        ordering = ("minimum_credits",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(minimum_credits__gt=0), name="volume_tier_minimum_positive"
            ),
            models.CheckConstraint(
                condition=Q(percent__gt=0, percent__lt=100),
                name="volume_tier_percent_within_0_and_100",
                violation_error_message="A discount is more than 0 and less than 100 percent.",
            ),
        ]

    def __str__(self) -> str:
        return f"From {self.minimum_credits.normalize():f} credits: {self.percent.normalize():f}%"


class PromotionScope(models.TextChoices):
    """What a promotion is for."""

    TOP_UPS = "top_ups", "Top-ups"
    PACKAGES = "packages", "Packages"
    ALL = "all", "Top-ups and packages"


class Promotion(models.Model):
    """A sale, which everybody gets, or a code, which one enters.

    Takes a percentage or a sum off, or brings credits on top, or both. Of a package it takes
    off the first payments for so many months.
    """

    name = models.CharField(max_length=40, help_text="What customers read on their quote.")
    code = models.CharField(
        max_length=40, blank=True, help_text="What customers enter. Empty: a sale, for everybody."
    )
    applies_to = models.CharField(
        max_length=16, choices=PromotionScope.choices, default=PromotionScope.TOP_UPS
    )
    percent = models.DecimalField(
        "percent off", max_digits=5, decimal_places=2, null=True, blank=True
    )
    off_cents = models.BigIntegerField(
        "cents off", null=True, blank=True, help_text="In place of a percentage."
    )
    bonus_credits = CreditsField(default=ZERO, help_text="On top, once it is paid.")
    months = models.PositiveSmallIntegerField(
        default=1, help_text="Of a package: for how many months its payments are less."
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True, help_text="Empty: it goes on.")
    is_on = models.BooleanField("on", default=True)
    most_uses = models.PositiveIntegerField(
        null=True, blank=True, help_text="By all customers together. Empty: any number."
    )
    most_uses_each = models.PositiveIntegerField(
        "most uses by one customer",
        null=True,
        blank=True,
        default=1,
        help_text="Empty: any number.",
    )
    is_for_first_purchase = models.BooleanField("for the first purchase only", default=False)
    is_combinable = models.BooleanField(
        "combinable", default=False, help_text="Whether it adds to others that are, for top-ups."
    )
    customers = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="promotions",
        blank=True,
        help_text="Who may use it. Nobody named: everyone.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-starts_at", "-id")
        constraints: ClassVar = [
            models.UniqueConstraint(
                Upper("code"),
                condition=~Q(code=""),
                name="promotion_code_unique",
                violation_error_message="Another promotion has this code.",
            ),
            models.CheckConstraint(
                condition=Q(code="") | Q(code__regex=r"^[A-Za-z0-9][A-Za-z0-9_-]*$"),
                name="promotion_code_is_plain",
                violation_error_message="A code is letters, digits, hyphens and underscores.",
            ),
            models.CheckConstraint(
                condition=Q(applies_to__in=PromotionScope.values), name="promotion_scope_known"
            ),
            models.CheckConstraint(
                condition=Q(percent__isnull=True) | Q(off_cents__isnull=True),
                name="promotion_percent_or_sum",
                violation_error_message="Take off a percentage or a sum, not both.",
            ),
            models.CheckConstraint(
                condition=Q(percent__isnull=True) | Q(percent__gt=0, percent__lt=100),
                name="promotion_percent_within_0_and_100",
                violation_error_message="A discount is more than 0 and less than 100 percent.",
            ),
            models.CheckConstraint(
                condition=Q(off_cents__isnull=True) | Q(off_cents__gt=0),
                name="promotion_sum_positive",
                violation_error_message="Take off at least one cent.",
            ),
            models.CheckConstraint(
                condition=Q(bonus_credits__gte=ZERO),
                name="promotion_bonus_not_negative",
                violation_error_message="Bonus credits can't be negative.",
            ),
            models.CheckConstraint(
                condition=Q(percent__isnull=False)
                | Q(off_cents__isnull=False)
                | Q(bonus_credits__gt=ZERO),
                name="promotion_gives_something",
                violation_error_message="Give a percentage, a sum, or bonus credits.",
            ),
            models.CheckConstraint(
                condition=Q(months__range=(1, 60)),
                name="promotion_months_1_to_60",
                violation_error_message="Payments are less for 1 to 60 months.",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="promotion_ends_after_start",
                violation_error_message="It ends after it starts.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})" if self.code else self.name

    @property
    def is_sale(self) -> bool:
        """Whether everybody gets it without a code."""
        return not self.code

    def is_for(self, scope: PromotionScope) -> bool:
        return self.applies_to in (scope, PromotionScope.ALL)


class PromotionUseQuerySet(models.QuerySet["PromotionUse"]):
    """Finds uses."""

    def counted(self) -> PromotionUseQuerySet:
        """Return those that count against limits: of sales that are paid or can still be."""
        top_ups = Q(top_up__isnull=False) & ~Q(top_up__status=TopUpStatus.EXPIRED)
        packages = Q(subscription__isnull=False) & ~Q(
            subscription__status=SubscriptionStatus.EXPIRED
        )
        return self.filter(top_ups | packages)

    def but_open(self, wallet: Wallet) -> PromotionUseQuerySet:
        """Return those that a customer's next purchase finds taken: it gives up what a payment
        page of theirs still holds."""
        return self.exclude(
            Q(wallet=wallet)
            & (
                Q(top_up__status=TopUpStatus.PENDING)
                | Q(subscription__status=SubscriptionStatus.INCOMPLETE)
            )
        )


class PromotionUse(models.Model):
    """What a promotion gives one sale, reserved when its Checkout starts.

    Counts against the promotion's limits until the sale expires. Invariant: one use for a sale
    of the same promotion, one in all for a subscription. Bonus credits are granted once, with
    the first payment.
    """

    promotion = models.ForeignKey(Promotion, on_delete=models.PROTECT, related_name="uses")
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="promotion_uses")
    top_up = models.ForeignKey(
        TopUp, on_delete=models.PROTECT, null=True, related_name="promotion_uses"
    )
    subscription = models.OneToOneField(
        Subscription, on_delete=models.PROTECT, null=True, related_name="promotion_use"
    )
    off_cents = models.BigIntegerField(help_text="What it takes off; of a package, each time.")
    months = models.PositiveSmallIntegerField(default=1)
    bonus_credits = CreditsField(default=ZERO)
    bonus_entry = models.OneToOneField(
        LedgerEntry, on_delete=models.PROTECT, null=True, related_name="promotion_use"
    )
    created_at = models.DateTimeField()

    objects: ClassVar[models.Manager[PromotionUse]] = PromotionUseQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Exact(Q(top_up__isnull=True), Q(subscription__isnull=False)),
                name="promotion_use_of_one_sale",
            ),
            models.UniqueConstraint(
                fields=("promotion", "top_up"), name="promotion_use_once_in_top_up"
            ),
            models.CheckConstraint(
                condition=Q(off_cents__gte=0), name="promotion_use_off_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(bonus_credits__gte=ZERO), name="promotion_use_bonus_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(bonus_entry__isnull=True) | Q(bonus_credits__gt=ZERO),
                name="promotion_use_entry_has_bonus",
            ),
        ]
        indexes: ClassVar = [
            # Serves the limits by customer.
            models.Index(fields=("promotion", "wallet"), name="promotion_use_of_wallet"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = fixed_columns(
            "promotion_use",
            "promotion_id",
            "wallet_id",
            "top_up_id",
            "subscription_id",
            "off_cents",
            "months",
            "bonus_credits",
            "created_at",
        )

    def __str__(self) -> str:
        # Without a look at others: pages list many.
        return f"Use {self.pk} of promotion {self.promotion_id}"

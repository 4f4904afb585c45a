"""Plans for sale and their terms."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import Exact

from creditsite.accounts.models import User
from creditsite.kernel.guards import append_only, fixed_columns
from wallet.models.fields import CreditsField


class PackageState(models.TextChoices):
    """Whether a package is offered."""

    DRAFT = "draft", "Draft"
    ACTIVE = "active", "On sale"
    ARCHIVED = "archived", "Archived"


class PackageVisibility(models.TextChoices):
    """Who is offered it."""

    PUBLIC = "public", "Everyone"
    PRIVATE = "private", "Named customers"


class PackageQuerySet(models.QuerySet["Package"]):
    """Finds packages."""

    def offered_to(self, customer: User | int) -> PackageQuerySet:
        """Return the packages a customer may begin now, in the order of the plans page."""
        named = Q(visibility=PackageVisibility.PRIVATE, customers=customer)
        return (
            self.filter(state=PackageState.ACTIVE)
            .filter(Q(visibility=PackageVisibility.PUBLIC) | named)
            .distinct()
        )


class Package(models.Model):
    """A plan for sale. What it costs and brings stands in its versions.

    A private one is offered to its named customers only. An archived one is sold no more;
    whoever has it keeps it.
    """

    slug = models.SlugField(unique=True, help_text="What API clients send.")
    name = models.CharField(max_length=60)
    tagline = models.CharField(max_length=120, blank=True)
    features = ArrayField(
        models.CharField(max_length=120), default=list, blank=True, help_text="What plans list."
    )
    state = models.CharField(
        max_length=16, choices=PackageState.choices, default=PackageState.DRAFT
    )
    visibility = models.CharField(
        max_length=16, choices=PackageVisibility.choices, default=PackageVisibility.PUBLIC
    )
    customers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="private_packages", blank=True
    )
    position = models.PositiveSmallIntegerField(default=0, help_text="Lower is shown first.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager[Package]] = PackageQuerySet.as_manager()

    class Meta:
        ordering = ("position", "id")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=PackageState.values), name="package_state_known"
            ),
            models.CheckConstraint(
                condition=Q(visibility__in=PackageVisibility.values),
                name="package_visibility_known",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="package_has_name"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = fixed_columns("package", "slug")

    def __str__(self) -> str:
        return self.name

    @property
    def is_draft(self) -> bool:
        return self.state == PackageState.DRAFT

    @property
    def is_archived(self) -> bool:
        return self.state == PackageState.ARCHIVED

    @property
    def is_on_sale(self) -> bool:
        return self.state == PackageState.ACTIVE

    def is_meant_for(self, customer: User) -> bool:
        """Whether the customer may know of it; one that is private to others does not exist."""
        return (
            self.visibility == PackageVisibility.PUBLIC
            or self.customers.filter(pk=customer.pk).exists()
        )


class Rollover(models.TextChoices):
    """What becomes of a period's unspent credits."""

    NONE = "none", "They expire"
    CAPPED = "capped", "Some go on"
    ALL = "all", "All go on"


class Interval(models.TextChoices):
    """How long a paid period is."""

    MONTH = "month", "month"
    YEAR = "year", "year"


class PackageVersionQuerySet(models.QuerySet["PackageVersion"]):
    """Finds versions."""

    def in_force(self, at: datetime) -> PackageVersionQuerySet:
        """Return, newest first, the versions that sales may go by at a moment."""
        return self.filter(
            starts_at__lte=at, stripe_prices__livemode=settings.STRIPE_LIVE_MODE
        ).order_by("-number")


class PackageVersion(models.Model):
    """What a package costs and brings, for good: a change is a new version.

    New sales go by the newest whose start has come and that has its price at Stripe; whoever
    has an earlier one keeps it. Rolled-over credits last `rollover_months` from the end of
    their period and do not roll over again.
    """

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    price_cents = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    interval = models.CharField(max_length=8, choices=Interval.choices, default=Interval.MONTH)
    credits = CreditsField(help_text="For each paid period.")
    rollover = models.CharField(max_length=8, choices=Rollover.choices, default=Rollover.NONE)
    rollover_cap = CreditsField(null=True, help_text="The most credits that go on.")
    rollover_months = models.PositiveSmallIntegerField(
        null=True, help_text="How long they last after their period."
    )
    top_up_discount_percent = models.DecimalField(
        max_digits=5, decimal_places=2, default=0, help_text="Off top-ups while subscribed."
    )
    starts_at = models.DateTimeField(help_text="From when on new sales go by it.")
    published_by = models.CharField(max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager[PackageVersion]] = PackageVersionQuerySet.as_manager()

    class Meta:
        ordering = ("package", "-number")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("package", "number"), name="package_version_number_unique"
            ),
            models.CheckConstraint(condition=Q(number__gt=0), name="package_version_counts_from_1"),
            models.CheckConstraint(
                condition=Q(price_cents__gt=0), name="package_version_price_positive"
            ),
            models.CheckConstraint(
                condition=Q(credits__gt=0), name="package_version_credits_positive"
            ),
            models.CheckConstraint(
                condition=Q(interval__in=Interval.values), name="package_version_interval_known"
            ),
            models.CheckConstraint(
                condition=Q(rollover__in=Rollover.values), name="package_version_rollover_known"
            ),
            models.CheckConstraint(
                condition=Exact(Q(rollover=Rollover.CAPPED), Q(rollover_cap__isnull=False)),
                name="package_version_cap_where_capped",
            ),
            models.CheckConstraint(
                condition=Exact(~Q(rollover=Rollover.NONE), Q(rollover_months__isnull=False)),
                name="package_version_months_where_rolled_over",
            ),
            models.CheckConstraint(
                condition=Q(rollover_cap__isnull=True)
                | Q(rollover_cap__gt=0, rollover_cap__lte=F("credits")),
                name="package_version_cap_within_credits",
            ),
            models.CheckConstraint(
                condition=Q(rollover_months__isnull=True) | Q(rollover_months__range=(1, 60)),
                name="package_version_months_1_to_60",
            ),
            models.CheckConstraint(
                condition=Q(top_up_discount_percent__gte=0, top_up_discount_percent__lt=100),
                name="package_version_discount_below_100",
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = append_only("package_version")

    def __str__(self) -> str:
        return f"{self.package} v{self.number}"


class StripeProduct(models.Model):
    """A package's product at Stripe, one in each mode."""

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="stripe_products")
    livemode = models.BooleanField()
    stripe_id = models.CharField(max_length=255, unique=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("package", "livemode"), name="stripe_product_one_per_mode"
            ),
            models.CheckConstraint(condition=~Q(stripe_id=""), name="stripe_product_has_id"),
        ]

    def __str__(self) -> str:
        return self.stripe_id


class StripePrice(models.Model):
    """A version's price at Stripe, one in each mode; invoices name it."""

    version = models.ForeignKey(
        PackageVersion, on_delete=models.PROTECT, related_name="stripe_prices"
    )
    livemode = models.BooleanField()
    stripe_id = models.CharField(max_length=255, unique=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("version", "livemode"), name="stripe_price_one_per_mode"
            ),
            models.CheckConstraint(condition=~Q(stripe_id=""), name="stripe_price_has_id"),
        ]

    def __str__(self) -> str:
        return self.stripe_id

"""Customers' contracts for packages."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import Exact

from billing.models.ids import uuid_or_none
from billing.models.package import PackageVersion
from creditsite.kernel.guards import fixed_columns
from wallet.models import Wallet


class SubscriptionStatus(models.TextChoices):
    """How a subscription stands."""

    INCOMPLETE = "incomplete", "Waiting for payment"
    ACTIVE = "active", "Active"
    PAST_DUE = "past_due", "Payment overdue"
    UNPAID = "unpaid", "Unpaid"
    ENDED = "ended", "Ended"
    EXPIRED = "expired", "Never begun"


# A customer has one subscription in one of these at most.
LIVE = (
    SubscriptionStatus.INCOMPLETE,
    SubscriptionStatus.ACTIVE,
    SubscriptionStatus.PAST_DUE,
    SubscriptionStatus.UNPAID,
)
BEGUN = (*LIVE[1:], SubscriptionStatus.ENDED)
OVERDUE = (SubscriptionStatus.PAST_DUE, SubscriptionStatus.UNPAID)


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    """Finds subscriptions."""

    def live(self) -> SubscriptionQuerySet:
        """Return those that run, or whose Checkout is open."""
        return self.filter(status__in=LIVE)

    def on_earlier_terms(self, version: PackageVersion) -> SubscriptionQuerySet:
        """Return those that run on terms of the package from before a version."""
        return self.filter(
            status__in=LIVE[1:],
            version__package=version.package_id,
            version__number__lt=version.number,
        )

    def named_by(self, stripe_id: str, reference: str) -> SubscriptionQuerySet:
        """Return the one that a Stripe subscription belongs to, by its id or, where that was
        never saved here, by our own id that it carries."""
        found = Q(stripe_id=stripe_id)
        if key := uuid_or_none(reference):
            found |= Q(pk=key)
        return self.filter(found)


class Subscription(models.Model):
    """A customer's contract for a package, as Stripe last told how it stands.

    Invariant: one live one for a wallet. Begun means known to Stripe with a period. Credits
    never depend on it: they are granted for what was paid.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="subscriptions")
    version = models.ForeignKey(
        PackageVersion, on_delete=models.PROTECT, related_name="subscriptions"
    )
    status = models.CharField(
        max_length=16, choices=SubscriptionStatus.choices, default=SubscriptionStatus.INCOMPLETE
    )
    quote = models.JSONField(null=True, help_text="The first payment as it was shown.")
    code = models.CharField(max_length=40, blank=True, help_text="The code that was entered.")
    actor = models.CharField(max_length=100)
    idempotency_key = models.CharField(max_length=255, blank=True)
    stripe_session_id = models.CharField("Checkout Session", max_length=255, unique=True, null=True)
    checkout_url = models.TextField(blank=True)
    expires_at = models.DateTimeField(help_text="When its Checkout ends.")
    stripe_id = models.CharField("Stripe subscription", max_length=255, unique=True, null=True)
    stripe_item_id = models.CharField(max_length=255, blank=True)
    period_start = models.DateTimeField(null=True)
    period_end = models.DateTimeField(null=True)
    cancels_at = models.DateTimeField(
        null=True, help_text="When it ends, where that is decided; nothing is charged then."
    )
    next_version = models.ForeignKey(
        PackageVersion,
        on_delete=models.PROTECT,
        null=True,
        related_name="coming_subscriptions",
        help_text="The terms from the next period on, where they change.",
    )
    waiting_version = models.ForeignKey(
        PackageVersion,
        on_delete=models.PROTECT,
        null=True,
        related_name="waiting_subscriptions",
        help_text="The terms it has as soon as the change's invoice is paid.",
    )
    stripe_schedule_id = models.CharField(max_length=255, blank=True)
    pay_url = models.TextField(blank=True, help_text="Stripe's page of the invoice that is open.")
    renewal_told_for = models.DateTimeField(
        null=True, help_text="The renewal that the customer was last told of."
    )
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=64, blank=True)
    told_at = models.DateTimeField(
        null=True, help_text="When Stripe was asked for what stands here."
    )

    objects: ClassVar[models.Manager[Subscription]] = SubscriptionQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=SubscriptionStatus.values), name="subscription_status_known"
            ),
            models.UniqueConstraint(
                fields=("wallet",),
                condition=Q(status__in=LIVE),
                name="subscription_one_live_per_wallet",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=BEGUN,
                    stripe_id__isnull=False,
                    period_start__isnull=False,
                    period_end__isnull=False,
                )
                | ~Q(status__in=BEGUN),
                name="subscription_begun_has_stripe_id_and_period",
            ),
            models.CheckConstraint(
                condition=Exact(Q(status=SubscriptionStatus.ENDED), Q(ended_at__isnull=False)),
                name="subscription_ended_has_time",
            ),
            models.CheckConstraint(
                condition=Q(period_end__isnull=True) | Q(period_end__gt=F("period_start")),
                name="subscription_period_has_length",
            ),
            models.CheckConstraint(
                condition=~Q(stripe_id="") & ~Q(stripe_session_id=""),
                name="subscription_ids_not_empty",
            ),
            models.CheckConstraint(
                condition=Q(checkout_url="") | Q(stripe_session_id__isnull=False),
                name="subscription_checkout_has_session",
            ),
            models.UniqueConstraint(
                fields=("wallet", "idempotency_key"),
                condition=~Q(idempotency_key=""),
                name="subscription_key_unique_in_wallet",
            ),
        ]
        indexes: ClassVar = [
            # Serves a customer's contracts, newest first.
            models.Index(fields=("wallet", "-created_at"), name="subscription_of_wallet"),
            # Serves the operators' list, newest first.
            models.Index(fields=("-created_at",), name="subscription_newest"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = fixed_columns(
            "subscription", "id", "wallet_id", "created_at"
        )

    def __str__(self) -> str:
        return f"Subscription {self.pk}"

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def is_incomplete(self) -> bool:
        return self.status == SubscriptionStatus.INCOMPLETE

    @property
    def runs(self) -> bool:
        """Whether it has begun and not ended."""
        return self.is_live and not self.is_incomplete

    @property
    def is_overdue(self) -> bool:
        return self.status in OVERDUE

    @property
    def is_cancelling(self) -> bool:
        """Whether it runs and its end is decided."""
        return self.runs and self.cancels_at is not None

    @property
    def has_planned_change(self) -> bool:
        """Whether another package is to come, with the next period or a payment."""
        planned = self.next_version
        is_other = planned is not None and planned.package_id != self.version.package_id
        return is_other or self.waiting_version_id is not None

    def checkout_is_open(self, at: datetime) -> bool:
        """Whether its Checkout can still be paid, as far as we know."""
        return self.is_incomplete and bool(self.checkout_url) and at < self.expires_at

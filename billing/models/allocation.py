"""Credits for paid periods."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import Exact

from billing.models.package import PackageVersion
from billing.models.subscription import Subscription
from creditsite.kernel.guards import fixed_columns
from wallet.models import Grant, LedgerEntry
from wallet.models.fields import CreditsField


class AllocationKind(models.TextChoices):
    """What the credits are for."""

    PERIOD = "period", "A paid period"
    UPGRADE = "upgrade", "The rest of a period after an upgrade"


class Allocation(models.Model):
    """The grant for one paid line of an invoice, or for one paid upgrade.

    Invariant: one for a line, one upgrade for an invoice, one ledger entry each. What is left
    at the period's end is settled once: carried on as the version says, or not.
    """

    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="allocations"
    )
    version = models.ForeignKey(PackageVersion, on_delete=models.PROTECT)
    kind = models.CharField(max_length=16, choices=AllocationKind.choices)
    stripe_invoice_id = models.CharField("Stripe invoice", max_length=255)
    stripe_line_id = models.CharField("invoice line", max_length=255, blank=True)
    period_start = models.DateTimeField()
    period_end = models.DateTimeField()
    credits = CreditsField()
    paid_cents = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    entry = models.OneToOneField(LedgerEntry, on_delete=models.PROTECT, related_name="allocation")
    grant = models.OneToOneField(Grant, on_delete=models.PROTECT, related_name="allocation")
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(
        null=True, help_text="When what was left at the period's end was carried on, or not."
    )
    rolled_over = models.OneToOneField(
        LedgerEntry, on_delete=models.PROTECT, null=True, related_name="rolled_over_allocation"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=AllocationKind.values), name="allocation_kind_known"
            ),
            models.CheckConstraint(condition=Q(credits__gt=0), name="allocation_credits_positive"),
            models.CheckConstraint(
                condition=Q(paid_cents__gte=0), name="allocation_paid_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(period_end__gt=F("period_start")), name="allocation_period_has_length"
            ),
            models.CheckConstraint(
                condition=Exact(Q(kind=AllocationKind.PERIOD), ~Q(stripe_line_id="")),
                name="allocation_of_period_names_line",
            ),
            models.UniqueConstraint(
                fields=("stripe_line_id",),
                condition=~Q(stripe_line_id=""),
                name="allocation_one_per_line",
            ),
            models.UniqueConstraint(
                fields=("stripe_invoice_id",),
                condition=Q(kind=AllocationKind.UPGRADE),
                name="allocation_one_upgrade_per_invoice",
            ),
            models.CheckConstraint(
                condition=Q(rolled_over__isnull=True) | Q(settled_at__isnull=False),
                name="allocation_rolled_over_is_settled",
            ),
        ]
        indexes: ClassVar = [
            # Serves the operators' search by invoice.
            models.Index(fields=("stripe_invoice_id",), name="allocation_invoice"),
            # Serves the job that settles what is left of periods that are over.
            models.Index(
                fields=("period_end",),
                condition=Q(settled_at__isnull=True),
                name="allocation_to_settle",
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = fixed_columns(
            "allocation",
            "subscription_id",
            "version_id",
            "kind",
            "stripe_invoice_id",
            "stripe_line_id",
            "period_start",
            "period_end",
            "credits",
            "paid_cents",
            "currency",
            "entry_id",
            "grant_id",
            "created_at",
        )

    def __str__(self) -> str:
        return f"Allocation {self.pk}"

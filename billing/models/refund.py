"""Money that went back through Stripe, as its events tell it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from creditsite.kernel.guards import fixed_columns
from wallet.models import Wallet


class RefundStatus(models.TextChoices):
    """How a refund stands, as Stripe names it."""

    REQUIRES_ACTION = "requires_action", "Waiting for the customer"
    PENDING = "pending", "On its way"
    SUCCEEDED = "succeeded", "Paid back"
    CANCELED = "canceled", "Called off"
    FAILED = "failed", "Failed"


# Of two events in the same second the one further on in this order tells the later state: even
# what succeeded can still fail.
ORDER = {status: place for place, status in enumerate(RefundStatus)}
# The money stayed.
CAME_TO_NOTHING = (RefundStatus.CANCELED, RefundStatus.FAILED)


class Refund(models.Model):
    """Money that went back to a customer, to look up and to sum; credits don't depend on it yet.

    Its state is that of the newest event about it, whatever order they came in.
    """

    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="refunds")
    stripe_id = models.CharField("Stripe refund", max_length=255, unique=True)
    stripe_charge_id = models.CharField("Stripe charge", max_length=255)
    status = models.CharField(max_length=16, choices=RefundStatus.choices)
    total_cents = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=64, blank=True, help_text="As Stripe names it.")
    created_at = models.DateTimeField(help_text="When it was made at Stripe.")
    told_at = models.DateTimeField(help_text="When what stands here was so, by Stripe's clock.")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=RefundStatus.values), name="refund_status_known"
            ),
            models.CheckConstraint(condition=Q(total_cents__gt=0), name="refund_total_positive"),
            models.CheckConstraint(
                condition=~Q(stripe_id="") & ~Q(stripe_charge_id=""), name="refund_has_stripe_ids"
            ),
        ]
        indexes: ClassVar = [
            # Serves the operators' search by charge.
            models.Index(fields=("stripe_charge_id",), name="refund_of_charge"),
            # Serves the sums of a range of days.
            models.Index(fields=("created_at",), name="refund_by_time"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = fixed_columns(
            "refund", "stripe_id", "wallet_id", "stripe_charge_id", "created_at"
        )

    def __str__(self) -> str:
        return self.stripe_id

    def is_older_than(self, told_at: datetime, status: str) -> bool:
        """Whether something told at a moment is news."""
        mine = (self.told_at, ORDER[RefundStatus(self.status)])
        return mine < (told_at, ORDER[RefundStatus(status)])

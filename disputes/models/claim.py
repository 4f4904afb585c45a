"""What a dispute is about: charges, or a payment."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from billing.models import Invoice
from creditsite.kernel.credits import ZERO
from creditsite.kernel.guards import fixed_columns
from disputes.models.dispute import Dispute
from wallet.models import LedgerEntry
from wallet.models.fields import CreditsField


class DisputedCharge(models.Model):
    """One spend of a case: the credits the customer claims, and those that came back by rulings.

    Invariant: never more comes back than is claimed; `is_live` is the case's (by a foreign key
    over both columns), and a spend stands in at most one live case.
    """

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="charges")
    entry = models.ForeignKey(
        LedgerEntry, on_delete=models.PROTECT, related_name="disputed_charges"
    )
    claimed = CreditsField()
    refunded = CreditsField(default=ZERO)
    is_live = models.BooleanField(default=True)

    # Of those that `charge_facts` read: what of the spend was not given back yet.
    left: Decimal

    class Meta:
        ordering = ("entry_id",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(claimed__gt=ZERO), name="charge_claim_positive"),
            models.CheckConstraint(
                condition=Q(refunded__gte=ZERO, refunded__lte=F("claimed")),
                name="charge_refunded_within_claim",
            ),
            models.UniqueConstraint(fields=("dispute", "entry"), name="charge_once_in_a_dispute"),
            models.UniqueConstraint(
                fields=("entry",), condition=Q(is_live=True), name="charge_in_one_live_dispute"
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = fixed_columns(
            "disputed_charge", "dispute_id", "entry_id", "claimed"
        )

    def __str__(self) -> str:
        return f"Charge {self.entry_id} of dispute {self.dispute_id}"

    @property
    def open_claim(self) -> Decimal:
        """What is claimed and did not come back by a ruling."""
        return self.claimed - self.refunded


class DisputedPurchase(models.Model):
    """The payment a case is about. What a ruling grants is money, which an operator pays back.

    Invariant: never more is granted than was paid, nor more paid back than was granted. Who paid
    back, when, and under which of Stripe's ids stands in the timeline.
    """

    dispute = models.OneToOneField(
        Dispute, on_delete=models.PROTECT, primary_key=True, related_name="purchase"
    )
    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, related_name="disputed_purchases"
    )
    claimed_cents = models.BigIntegerField()
    granted_cents = models.BigIntegerField(default=0)
    refunded_cents = models.BigIntegerField(default=0, help_text="What operators paid back.")
    is_live = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(claimed_cents__gt=0, granted_cents__gte=0)
                & Q(granted_cents__lte=F("claimed_cents")),
                name="purchase_granted_within_claim",
            ),
            models.CheckConstraint(
                condition=Q(refunded_cents__gte=0, refunded_cents__lte=F("granted_cents")),
                name="purchase_refunded_within_grant",
            ),
            models.UniqueConstraint(
                fields=("invoice",), condition=Q(is_live=True), name="purchase_in_one_live_dispute"
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = fixed_columns(
            "disputed_purchase", "dispute_id", "invoice_id", "claimed_cents"
        )

    def __str__(self) -> str:
        return f"Payment {self.invoice} of {self.dispute}"

    @property
    def open_claim_cents(self) -> int:
        return self.claimed_cents - self.granted_cents

    @property
    def due_cents(self) -> int:
        """What was granted and nobody has paid back yet."""
        return self.granted_cents - self.refunded_cents

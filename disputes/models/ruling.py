"""Operators' decisions."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from creditsite.kernel.credits import ZERO
from creditsite.kernel.guards import append_only
from disputes.models.claim import DisputedCharge
from disputes.models.dispute import APPEAL_LEVEL, FIRST_LEVEL, Dispute
from wallet.models import LedgerEntry
from wallet.models.fields import CreditsField


class RulingOutcome(models.TextChoices):
    """How an operator decides."""

    FULL_REFUND = "full_refund", "Full refund"
    PARTIAL_REFUND = "partial_refund", "Partial refund"
    EXPLANATION = "explanation", "Explanation, no refund"
    REJECTED = "rejected", "Rejected"


REFUNDS = (RulingOutcome.FULL_REFUND, RulingOutcome.PARTIAL_REFUND)


class Ruling(models.Model):
    """The decision of a case at a level, with what it says to the customer. Append-only.

    Invariant: one for a level. `reviewer` is empty where a rule decided that is switched to
    automatic; `rule` then names it. `reviewed_in` is the operators' own time, without what they
    waited for the customer.
    """

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="rulings")
    level = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=16, choices=RulingOutcome.choices)
    explanation = models.TextField()
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    rule = models.CharField(max_length=32, blank=True)
    actor = models.CharField(max_length=100)
    granted_cents = models.BigIntegerField(default=0, help_text="Of a payment.")
    respond_by = models.DateTimeField()
    reviewed_in = models.DurationField()
    ruled_at = models.DateTimeField()

    class Meta:
        ordering = ("dispute", "level")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("dispute", "level"), name="ruling_once_a_level"),
            models.CheckConstraint(
                condition=Q(level__in=(FIRST_LEVEL, APPEAL_LEVEL)), name="ruling_level_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=RulingOutcome.values), name="ruling_outcome_known"
            ),
            models.CheckConstraint(condition=~Q(explanation=""), name="ruling_explains"),
            models.CheckConstraint(
                condition=Q(reviewer__isnull=False, rule="")
                | (Q(reviewer__isnull=True, level=FIRST_LEVEL) & ~Q(rule="")),
                name="ruling_of_a_person_or_a_rule",
            ),
            models.CheckConstraint(
                condition=Q(granted_cents=0)
                | Q(granted_cents__gt=0, outcome__in=[each.value for each in REFUNDS]),
                name="ruling_grants_by_refund",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_in__gte=timedelta(0)), name="ruling_time_not_negative"
            ),
        ]
        indexes: ClassVar = [
            # Serves figures over a range of days.
            models.Index(fields=("ruled_at",), name="ruling_time"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = append_only("ruling")

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} of {self.dispute}"

    @property
    def refunds(self) -> bool:
        return self.outcome in REFUNDS

    @property
    def was_in_time(self) -> bool:
        return self.ruled_at <= self.respond_by


class RuledCharge(models.Model):
    """The credits of one charge that a ruling gave back, and the reversal that did it.

    Append-only; an entry of the ledger belongs to one ruling.
    """

    ruling = models.ForeignKey(Ruling, on_delete=models.PROTECT, related_name="charges")
    charge = models.ForeignKey(DisputedCharge, on_delete=models.PROTECT, related_name="ruled")
    credits = CreditsField()
    entry = models.OneToOneField(LedgerEntry, on_delete=models.PROTECT, related_name="ruled_charge")

    class Meta:
        ordering = ("charge",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("ruling", "charge"), name="ruled_charge_once"),
            models.CheckConstraint(condition=Q(credits__gt=ZERO), name="ruled_credits_positive"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = append_only("ruled_charge")

    def __str__(self) -> str:
        return f"{self.credits} credits of {self.charge}"

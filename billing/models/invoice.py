"""What customers were billed, as Stripe's events tell it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from billing.models.subscription import Subscription
from billing.models.top_up import TopUp
from creditsite.kernel.guards import fixed_columns
from wallet.models import Wallet


class InvoiceStatus(models.TextChoices):
    """How an invoice stands, as Stripe names it."""

    OPEN = "open", "To be paid"
    UNCOLLECTIBLE = "uncollectible", "Given up"
    VOID = "void", "Void"
    PAID = "paid", "Paid"


# Of two events in the same second the one further on in this order, or with more attempts,
# tells the later state.
ORDER = {status: place for place, status in enumerate(InvoiceStatus)}


class Invoice(models.Model):
    """An invoice of a customer's, for them to look up; credits never depend on it.

    Its state is that of the newest event about it, whatever order they came in.
    """

    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="invoices")
    stripe_id = models.CharField("Stripe invoice", max_length=255, unique=True)
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, null=True, related_name="invoices"
    )
    top_up = models.ForeignKey(TopUp, on_delete=models.PROTECT, null=True, related_name="invoices")
    number = models.CharField(max_length=64, blank=True)
    label = models.CharField(max_length=255, help_text="What it is for.")
    status = models.CharField(max_length=16, choices=InvoiceStatus.choices)
    total_cents = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    page_url = models.TextField(blank=True, help_text="Stripe's page of it.")
    pdf_url = models.TextField(blank=True)
    issued_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="How often it was charged.")
    next_attempt_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(help_text="When what stands here was so, by Stripe's clock.")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=InvoiceStatus.values), name="invoice_status_known"
            ),
            models.CheckConstraint(condition=~Q(stripe_id=""), name="invoice_has_stripe_id"),
            models.CheckConstraint(
                condition=Q(subscription__isnull=True) | Q(top_up__isnull=True),
                name="invoice_of_one_sale",
            ),
        ]
        indexes: ClassVar = [
            # Serves a customer's invoices, newest first.
            models.Index(fields=("wallet", "-issued_at", "-id"), name="invoice_of_wallet"),
            # Serves the operators' search by number.
            models.Index(fields=("number",), condition=~Q(number=""), name="invoice_number"),
            # Serves lists and counts of what is not paid.
            models.Index(
                fields=("status", "-id"),
                condition=~Q(status=InvoiceStatus.PAID),
                name="invoice_not_paid",
            ),
            # Serves sums of what was paid in a range of days.
            models.Index(
                fields=("paid_at",), condition=Q(paid_at__isnull=False), name="invoice_paid"
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = fixed_columns(
            "invoice", "stripe_id", "wallet_id"
        )

    def __str__(self) -> str:
        return self.number or self.stripe_id

    @property
    def is_paid(self) -> bool:
        return self.status == InvoiceStatus.PAID

    @property
    def is_open(self) -> bool:
        return self.status == InvoiceStatus.OPEN

    def is_older_than(self, told_at: datetime, status: str, attempts: int) -> bool:
        """Whether something told at a moment is news."""
        mine = (self.told_at, ORDER[InvoiceStatus(self.status)], self.attempts)
        return mine < (told_at, ORDER[InvoiceStatus(status)], attempts)

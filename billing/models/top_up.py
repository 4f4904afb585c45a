"""One-time sales of credits."""

from __future__ import annotations

import uuid
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from billing.models.ids import uuid_or_none
from creditsite.kernel.guards import FirmReadOnly
from wallet.models import LedgerEntry, Wallet
from wallet.models.fields import CreditsField


class TopUpStatus(models.TextChoices):
    """Whether the money has come."""

    PENDING = "pending", "Waiting for payment"
    PAID = "paid", "Paid"
    EXPIRED = "expired", "Expired"


class TopUpQuerySet(models.QuerySet["TopUp"]):
    """Finds top-ups."""

    def paid_by_session(self, session_id: str, reference: str) -> TopUpQuerySet:
        """Return the top-up a Checkout Session belongs to, by the session's id or, where that
        was never saved here, by our own id that the session carries."""
        found = Q(stripe_session_id=session_id)
        if key := uuid_or_none(reference):
            found |= Q(pk=key)
        return self.filter(found)


class TopUp(models.Model):
    """A sale of credits for a price quoted once and charged exactly.

    Invariant: the terms never change; paid means one ledger entry, and the other way round.
    An expired top-up whose money came all the same becomes paid.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="top_ups")
    status = models.CharField(
        max_length=16, choices=TopUpStatus.choices, default=TopUpStatus.PENDING
    )
    credits = CreditsField()
    quote = models.JSONField(help_text="The price as it was shown, line by line.")
    total_cents = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    actor = models.CharField(max_length=100)
    idempotency_key = models.CharField(max_length=255, blank=True)
    stripe_session_id = models.CharField("Checkout Session", max_length=255, unique=True, null=True)
    checkout_url = models.TextField(blank=True)
    stripe_payment_intent = models.CharField("payment intent", max_length=255, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text="When the quote and its Checkout end.")
    paid_at = models.DateTimeField(null=True)
    entry = models.OneToOneField(
        LedgerEntry, on_delete=models.PROTECT, null=True, related_name="top_up"
    )

    objects: ClassVar[models.Manager[TopUp]] = TopUpQuerySet.as_manager()

    class Meta:
        verbose_name = "top-up"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=TopUpStatus.values), name="top_up_status_known"
            ),
            models.CheckConstraint(condition=Q(credits__gt=0), name="top_up_credits_positive"),
            models.CheckConstraint(condition=Q(total_cents__gt=0), name="top_up_total_positive"),
            models.CheckConstraint(
                condition=Q(total_cents=Cast(KT("quote__total_cents"), models.BigIntegerField())),
                name="top_up_total_is_quoted",
            ),
            models.CheckConstraint(
                condition=Q(
                    status=TopUpStatus.PAID,
                    entry__isnull=False,
                    paid_at__isnull=False,
                    stripe_session_id__isnull=False,
                )
                | (~Q(status=TopUpStatus.PAID) & Q(entry__isnull=True, paid_at__isnull=True)),
                name="top_up_paid_has_entry_time_and_session",
            ),
            models.CheckConstraint(
                condition=~Q(stripe_session_id=""), name="top_up_session_not_empty"
            ),
            models.CheckConstraint(
                condition=Q(checkout_url="") | Q(stripe_session_id__isnull=False),
                name="top_up_checkout_has_session",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="top_up_expires_after_start"
            ),
            models.UniqueConstraint(
                fields=("wallet", "idempotency_key"),
                condition=~Q(idempotency_key=""),
                name="top_up_key_unique_in_wallet",
            ),
        ]
        indexes: ClassVar = [
            # Serves a customer's purchases, newest first.
            models.Index(fields=("wallet", "-created_at"), name="top_up_of_wallet"),
            # Serves the operators' list, newest first.
            models.Index(fields=("-created_at",), name="top_up_newest"),
            # Serves the operators' search by payment.
            models.Index(
                fields=("stripe_payment_intent",),
                condition=~Q(stripe_payment_intent=""),
                name="top_up_payment",
            ),
            # Serves sums of what was paid in a range of days.
            models.Index(
                fields=("paid_at",), condition=Q(paid_at__isnull=False), name="top_up_paid"
            ),
            # Serves the search for top-ups whose time is over.
            models.Index(
                fields=("expires_at",),
                condition=Q(status=TopUpStatus.PENDING),
                name="top_up_pending",
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            FirmReadOnly(
                name="top_up_terms_fixed",
                fields=["wallet", "credits", "quote", "total_cents", "currency", "created_at"],
            ),
        ]

    def __str__(self) -> str:
        return f"Top-up {self.pk}"

    @property
    def is_pending(self) -> bool:
        return self.status == TopUpStatus.PENDING

    @property
    def is_paid(self) -> bool:
        return self.status == TopUpStatus.PAID

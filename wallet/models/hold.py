"""Credits set aside for work under way."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from creditsite.kernel import clock
from creditsite.kernel.credits import ZERO
from creditsite.kernel.guards import fixed_columns
from wallet.models.fields import CreditsField
from wallet.models.service import Service
from wallet.models.wallet import Wallet


class HoldStatus(models.TextChoices):
    """What became of a hold."""

    OPEN = "open", "Open"
    CAPTURED = "captured", "Captured"
    RELEASED = "released", "Released"
    EXPIRED = "expired", "Timed out"


class Hold(models.Model):
    """Credits that lots keep aside for a service until the hold settles, once.

    Invariant: while it is open its `draws` are part of `held` of the lots they name; from
    `expires_at` on they count as released, whether the sweep has come by or not.
    """

    wallet = models.ForeignKey(
        Wallet, on_delete=models.PROTECT, related_name="holds", db_index=False
    )
    service = models.ForeignKey(Service, on_delete=models.PROTECT, db_index=False)
    credits = CreditsField()
    captured = CreditsField(default=ZERO)
    status = models.CharField(max_length=16, choices=HoldStatus.choices, default=HoldStatus.OPEN)
    # [[grant id, "credits"], …] in the draw order of the moment it was placed.
    draws = models.JSONField()
    expires_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    idempotency_key = models.CharField(max_length=255)
    request_hash = models.BinaryField()
    actor = models.CharField(max_length=100)
    metadata = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("wallet", "idempotency_key"), name="hold_key_unique_in_wallet"
            ),
            models.CheckConstraint(condition=Q(credits__gt=0), name="hold_credits_positive"),
            models.CheckConstraint(
                condition=Q(captured__gte=0, captured__lte=F("credits")),
                name="hold_captured_within_credits",
            ),
            models.CheckConstraint(
                condition=Q(status=HoldStatus.CAPTURED, captured__gt=0)
                | (~Q(status=HoldStatus.CAPTURED) & Q(captured=0)),
                name="hold_captured_when_it_says_so",
            ),
            models.CheckConstraint(
                condition=Q(status=HoldStatus.OPEN, settled_at__isnull=True)
                | (~Q(status=HoldStatus.OPEN) & Q(settled_at__isnull=False)),
                name="hold_settled_unless_open",
            ),
            models.CheckConstraint(
                condition=Q(status__in=HoldStatus.values), name="hold_status_known"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="hold_expires_after_it_is_placed"
            ),
            models.CheckConstraint(condition=~Q(idempotency_key=""), name="hold_has_key"),
        ]
        indexes: ClassVar = [
            # Serves what of a wallet is set aside, and which of it is overdue.
            models.Index(
                fields=("wallet", "expires_at"), condition=Q(status="open"), name="hold_open"
            ),
            # Serves the sweep: the overdue holds of all wallets.
            models.Index(fields=("expires_at",), condition=Q(status="open"), name="hold_due"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = fixed_columns(
            "hold",
            "id",
            "wallet_id",
            "service_id",
            "credits",
            "draws",
            "expires_at",
            "idempotency_key",
            "request_hash",
            "actor",
            "metadata",
            "created_at",
        )

    def __str__(self) -> str:
        return f"Hold {self.pk}: {self.credits} credits"

    @property
    def is_overdue(self) -> bool:
        return self.status == HoldStatus.OPEN and self.expires_at <= clock.now()

    @property
    def status_now(self) -> str:
        """The status, with an overdue hold as expired before the sweep says so."""
        return HoldStatus.EXPIRED if self.is_overdue else self.status

"""What happened to a wallet that somebody wants to be told."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from wallet.models.wallet import Wallet


class EventKind(models.TextChoices):
    """What is told, by mail and to webhook endpoints."""

    BALANCE_LOW = "balance.low", "Low balance"
    BALANCE_DEPLETED = "balance.depleted", "No credits left"
    RUN_OUT_NEAR = "balance.run_out_near", "Credits run out soon"
    LIMIT_WARNING = "limit.warning", "80 % of a limit used"
    LIMIT_REACHED = "limit.reached", "Limit reached"
    HOLD_EXPIRED = "hold.expired", "Hold timed out"
    WALLET_PAUSED = "wallet.paused", "Wallet paused"
    WALLET_RESUMED = "wallet.resumed", "Wallet resumed"
    WALLET_CLOSED = "wallet.closed", "Wallet closed"


class WalletEvent(models.Model):
    """One thing to tell, written in the transaction that made it happen.

    Rows are what webhooks out deliver; `mailed_at` says that the customer's mail is settled:
    sent, or not wanted.
    """

    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=32, choices=EventKind.choices)
    data = models.JSONField()
    created_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=EventKind.values), name="event_kind_known"),
        ]
        indexes: ClassVar = [
            # Serves the job that mails: what nobody was told yet.
            models.Index(fields=("id",), condition=Q(mailed_at=None), name="event_to_mail"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of wallet {self.wallet_id}"

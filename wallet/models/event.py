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
    CREDITS_EXPIRE = "credits.expire_soon", "Credits expire soon"
    LIMIT_WARNING = "limit.warning", "80 % of a limit used"
    LIMIT_REACHED = "limit.reached", "Limit reached"
    HOLD_EXPIRED = "hold.expired", "Hold timed out"
    WALLET_PAUSED = "wallet.paused", "Wallet paused"
    WALLET_RESUMED = "wallet.resumed", "Wallet resumed"
    WALLET_CLOSED = "wallet.closed", "Wallet closed"
    # Of billing, which writes them and says how they are mailed.
    INVOICE_PAID = "invoice.paid", "Payment received"
    INVOICE_PAYMENT_FAILED = "invoice.payment_failed", "Payment failed"
    SUBSCRIPTION_RENEWS = "subscription.renews", "Plan renews soon"
    SUBSCRIPTION_RECOVERED = "subscription.recovered", "Overdue payment made"
    SUBSCRIPTION_CHANGED = "subscription.changed", "Plan changed"
    SUBSCRIPTION_CHANGE_PLANNED = "subscription.change_planned", "Plan change planned"
    SUBSCRIPTION_CANCELLED = "subscription.cancelled", "Plan cancelled"
    SUBSCRIPTION_RESUMED = "subscription.resumed", "Plan resumed"
    SUBSCRIPTION_ENDED = "subscription.ended", "Plan ended"
    SUBSCRIPTION_PRICE_CHANGES = "subscription.price_changes", "Plan's price changes"
    SUBSCRIPTION_PRICE_STAYS = "subscription.price_stays", "Plan's price stays"
    # Of disputes, likewise.
    DISPUTE_OPENED = "dispute.opened", "Dispute opened"
    DISPUTE_ASKED = "dispute.asked", "Question about a dispute"
    DISPUTE_MESSAGE = "dispute.message", "Message about a dispute"
    DISPUTE_RULED = "dispute.ruled", "Dispute ruled on"
    DISPUTE_APPEALED = "dispute.appealed", "Ruling appealed"
    DISPUTE_CLOSES = "dispute.closes", "Dispute closes soon"
    DISPUTE_CLOSED = "dispute.closed", "Dispute closed"
    DISPUTE_WITHDRAWN = "dispute.withdrawn", "Dispute withdrawn"
    DISPUTE_REFUNDED = "dispute.refunded", "Refund of a dispute made"


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

"""One customer's credits."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from creditsite.kernel import clock
from creditsite.kernel.credits import ZERO
from wallet.models.fields import CreditsField


class WalletStatus(models.TextChoices):
    """Whether a wallet may be spent from."""

    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    CLOSED = "closed", "Closed"


class Wallet(models.Model):
    """One customer's credits, as of the newest ledger entry.

    Invariant: `balance` is the newest entry's `balance_after` and the sum of what is left in
    the grants; `sequence` and `head` are that entry's number and hash. Only the ledger's SQL
    functions write these columns.
    """

    customer = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="wallet"
    )
    status = models.CharField(
        max_length=16, choices=WalletStatus.choices, default=WalletStatus.ACTIVE
    )
    status_reason = models.TextField(blank=True, editable=False)
    balance = CreditsField(default=ZERO, editable=False)
    held = CreditsField(default=ZERO, editable=False)
    debt = CreditsField(default=ZERO, editable=False)
    sequence = models.BigIntegerField(default=0, editable=False)
    head = models.BinaryField(default=b"", editable=False)
    next_expiry_at = models.DateTimeField(default=clock.NEVER, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(balance__gte=0), name="wallet_balance_not_negative"),
            models.CheckConstraint(
                condition=Q(held__gte=0, held__lte=F("balance")), name="wallet_held_within_balance"
            ),
            models.CheckConstraint(condition=Q(debt__gte=0), name="wallet_debt_not_negative"),
            models.CheckConstraint(
                condition=Q(status__in=WalletStatus.values), name="wallet_status_known"
            ),
            models.CheckConstraint(
                condition=Q(sequence__gte=0), name="wallet_sequence_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"Wallet {self.pk}"

    @property
    def may_spend(self) -> bool:
        return self.status == WalletStatus.ACTIVE

    @property
    def may_be_paused(self) -> bool:
        return self.status == WalletStatus.ACTIVE

    @property
    def may_be_resumed(self) -> bool:
        return self.status == WalletStatus.PAUSED

    def available(self) -> Decimal:
        """Return what can be spent now: the balance without holds and without expired lots.

        One query, and only when a lot has expired since the last entry.
        """
        now = clock.now()
        available = self.balance - self.held
        if self.next_expiry_at <= now:
            expired = self.grants.filter(is_open=True, expires_at__lte=now).aggregate(
                credits=models.Sum("remaining", default=ZERO)
            )
            available -= expired["credits"]
        return max(available, ZERO)

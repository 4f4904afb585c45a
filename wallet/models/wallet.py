"""One customer's credits."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import connection, models
from django.db.models import F, Q

from creditsite.kernel import clock
from creditsite.kernel.credits import ZERO
from creditsite.kernel.guards import WrittenRules, fixed_columns, one_of
from wallet.models.fields import CreditsField

DEFAULT_ALERT_BELOW = Decimal(50)
DEFAULT_ALERT_EXPIRY_DAYS = 7


class WalletStatus(models.TextChoices):
    """Whether a wallet may be spent from."""

    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    CLOSED = "closed", "Closed"


class Wallet(models.Model):
    """One customer's credits, as of the newest ledger entry.

    Invariant: `balance` is the newest entry's `balance_after` and the sum of what is left in
    the grants; `sequence`, `head` and `last_entry_at` are that entry's number, hash and time.
    Only the ledger's SQL functions write these columns.
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
    # No entry is older than this, whatever becomes of the server's clock.
    last_entry_at = models.DateTimeField(null=True, editable=False)
    # The earliest expiry of an open lot and of an open hold: what is due is looked for only then.
    next_expiry_at = models.DateTimeField(default=clock.NEVER, editable=False)
    next_release_at = models.DateTimeField(default=clock.NEVER, editable=False)
    has_limits = models.BooleanField(default=False, editable=False)
    alert_below = CreditsField(
        null=True,
        default=DEFAULT_ALERT_BELOW,
        help_text="Warn when fewer credits than this are left.",
    )
    is_low = models.BooleanField(default=False, editable=False)
    alert_days = models.SmallIntegerField(
        null=True, help_text="Warn when the credits last for fewer days than this."
    )
    is_running_out = models.BooleanField(default=False, editable=False)
    alert_expiry_days = models.SmallIntegerField(
        null=True,
        default=DEFAULT_ALERT_EXPIRY_DAYS,
        help_text="Warn so many days before credits expire.",
    )
    alert_limits = models.BooleanField(
        default=True, help_text="Warn at 80 % and at 100 % of a limit."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            WrittenRules(
                name="wallet_rules",
                columns=(
                    "status",
                    "held",
                    "debt",
                    "alert_below",
                    "alert_days",
                    "alert_expiry_days",
                ),
                rules={
                    "wallet_held_not_negative": "NEW.held >= 0",
                    "wallet_debt_not_negative": "NEW.debt >= 0",
                    "wallet_status_known": one_of("status", WalletStatus),
                    "wallet_alert_below_positive": "NEW.alert_below > 0",
                    "wallet_alert_days_positive": "NEW.alert_days > 0",
                    "wallet_alert_expiry_days_positive": "NEW.alert_expiry_days > 0",
                },
            ),
            # What is held is never below zero: nor is the balance then.
            models.CheckConstraint(
                condition=Q(held__lte=F("balance")), name="wallet_held_within_balance"
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = fixed_columns("wallet", "id", "customer_id")

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

    @property
    def may_be_closed(self) -> bool:
        return self.status != WalletStatus.CLOSED

    def available(self) -> Decimal:
        """Return what can be spent now: the balance without expired lots and what is held.

        One query, and only when a lot expired or a hold timed out since the last entry.
        """
        now = clock.now()
        if min(self.next_expiry_at, self.next_release_at) > now:
            return self.balance - self.held
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT ledger_available(w, %s) FROM wallet_wallet AS w WHERE w.id = %s",
                [now, self.pk],
            )
            available: Decimal = cursor.fetchone()[0]
        return available

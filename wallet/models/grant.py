"""Lots of credits put into a wallet."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import Exact, GreaterThan

from creditsite.kernel import clock
from creditsite.kernel.credits import ZERO
from creditsite.kernel.guards import WrittenRules, fixed_columns, one_of
from wallet.models.fields import CreditsField
from wallet.models.wallet import Wallet


class GrantSource(models.TextChoices):
    """Where the credits of a lot came from."""

    SUBSCRIPTION = "subscription", "Package"
    TOP_UP = "top_up", "Top-up"
    PROMOTION = "promotion", "Promotion"
    REFERRAL = "referral", "Referral"
    ADJUSTMENT = "adjustment", "Adjustment"
    REVERSAL = "reversal", "Reversal"
    ROLLOVER = "rollover", "Rollover"
    DISPUTE = "dispute", "Dispute"


# What operators may grant; the other sources are written by what brings them.
GRANTED_BY_HAND = (GrantSource.PROMOTION, GrantSource.ADJUSTMENT)


class Grant(models.Model):
    """A lot of credits with its source, cost, priority and expiry.

    Invariant: `remaining` is the sum of all draws on this lot, `held` the part of it that open
    holds set aside. Lots are drawn in a fixed
    order: priority, soonest expiry, free before paid, lower cost per credit, oldest, id.
    """

    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="grants")
    source = models.CharField(max_length=16, choices=GrantSource.choices)
    credits = CreditsField()
    remaining = CreditsField()
    held = CreditsField(default=ZERO, help_text="What of it open holds set aside.")
    # A flag of its own, not "remaining > 0": it flips once, which keeps draws HOT updates.
    is_open = models.BooleanField(default=True)
    priority = models.SmallIntegerField(default=0, help_text="Lower is drawn first.")
    expires_at = models.DateTimeField(default=clock.NEVER)
    cost_cents = models.BigIntegerField(default=0, help_text="What was paid for the whole lot.")
    currency = models.CharField(max_length=3, default="usd")
    reference = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            WrittenRules(
                name="grant_rules",
                columns=("held",),
                rules={
                    "grant_held_not_negative": "NEW.held >= 0",
                    "grant_source_known": one_of("source", GrantSource),
                    "grant_credits_positive": "NEW.credits > 0",
                    "grant_cost_not_negative": "NEW.cost_cents >= 0",
                },
            ),
            # One constraint, because each costs a spend. Open exactly while credits remain.
            models.CheckConstraint(
                condition=Q(
                    Exact(F("is_open"), GreaterThan(F("remaining"), ZERO)),
                    held__lte=F("remaining"),
                    remaining__lte=F("credits"),
                ),
                name="grant_figures_in_order",
            ),
        ]
        indexes: ClassVar = [
            # Serves the draw: the open lots of one wallet in draw order.
            models.Index(
                fields=("wallet", "priority", "expires_at"),
                condition=Q(is_open=True),
                name="grant_open",
            ),
            # Serves the sweep: the expired lots of all wallets.
            models.Index(
                fields=("expires_at",),
                condition=Q(is_open=True, expires_at__lt=clock.NEVER),
                name="grant_due",
            ),
        ]

        triggers: ClassVar[list[pgtrigger.Trigger]] = fixed_columns(
            "grant",
            "id",
            "wallet_id",
            "source",
            "credits",
            "priority",
            "expires_at",
            "cost_cents",
            "currency",
            "reference",
            "created_at",
        )

    def __str__(self) -> str:
        return f"Grant {self.pk}: {self.credits} credits ({self.get_source_display()})"

    @property
    def never_expires(self) -> bool:
        return self.expires_at >= clock.NEVER

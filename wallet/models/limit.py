"""How much may be spent in a day or a month."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from wallet.models.fields import CreditsField
from wallet.models.service import Service
from wallet.models.wallet import Wallet


class LimitPeriod(models.TextChoices):
    """The calendar period a limit counts in, by UTC."""

    DAY = "day", "Day"
    MONTH = "month", "Month"


class SpendLimit(models.Model):
    """The most credits a wallet may spend, on one service or on all, in a day or a month.

    Counted: what was spent in the period without what was reversed, and what is held. Only
    `set_limit` and `remove_limit` write it, because the wallet knows whether it has limits.
    """

    wallet = models.ForeignKey(
        Wallet, on_delete=models.PROTECT, related_name="limits", db_index=False
    )
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, null=True, blank=True, db_index=False
    )
    period = models.CharField(max_length=8, choices=LimitPeriod.choices)
    credits = CreditsField()
    created_at = models.DateTimeField(auto_now_add=True)
    # Which alert (80 or 100 %) was told in the period that ends then, and 1 more once a refusal
    # was; lower again on recovery.
    told_percent = models.SmallIntegerField(default=0, editable=False)
    told_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ("wallet", "service", "period")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("wallet", "service", "period"),
                name="limit_one_per_wallet_service_and_period",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(credits__gte=0), name="limit_credits_not_negative"),
            models.CheckConstraint(
                condition=Q(period__in=LimitPeriod.values), name="limit_period_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.credits} credits a {self.period} on {self.service or 'all services'}"

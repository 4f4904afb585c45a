"""What was used, by day: counted by the ledger itself, rolled up by a job."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from creditsite.kernel.credits import ZERO
from creditsite.kernel.guards import WrittenRules
from wallet.models.service import Service
from wallet.models.wallet import Wallet


class UsageDay(models.Model):
    """What a wallet spent on a service on one day (UTC).

    Invariant: the sums over the spends of that day; `reversed` is what was given back of them,
    whenever that was. Written by the ledger in the transaction of the entry.
    """

    wallet = models.ForeignKey(
        Wallet, on_delete=models.PROTECT, related_name="usage_days", db_index=False
    )
    service = models.ForeignKey(Service, on_delete=models.PROTECT, db_index=False)
    day = models.DateField()
    spends = models.BigIntegerField(default=0)
    # Wider than a wallet's figures: what is spent, given back and spent again counts each time.
    quantity = models.DecimalField(default=ZERO, max_digits=28, decimal_places=4)
    credits = models.DecimalField(default=ZERO, max_digits=28, decimal_places=4)
    reversed = models.DecimalField(default=ZERO, max_digits=28, decimal_places=4)
    failed = models.BigIntegerField(
        default=0, help_text="Spends whose metadata says that the run failed."
    )

    class Meta:
        constraints: ClassVar = [
            # Serves the limits and the reports of one wallet over a range of days.
            models.UniqueConstraint(
                fields=("wallet", "day", "service"), name="usage_one_per_wallet_day_and_service"
            ),
            # Looked at where a day begins and where something is given back: a spend only adds.
            # Whether a day is the sum of its entries is for `verify_ledger` to say.
            WrittenRules(
                name="usage_rules",
                columns=("reversed",),
                rules={
                    "usage_figures_in_order": (
                        "NEW.quantity >= 0 AND NEW.reversed BETWEEN 0 AND NEW.credits"
                        " AND NEW.failed BETWEEN 0 AND NEW.spends"
                    )
                },
                timing="AFTER",
            ),
        ]
        indexes: ClassVar = [
            # Serves the roll-up: the newest days of all wallets; rows arrive in the order of days.
            BrinIndex(fields=["day"], name="usage_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.service}: {self.credits} credits"


class ServiceDay(models.Model):
    """What all wallets spent on a service on one day (UTC); rolled up from `UsageDay`."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, db_index=False)
    day = models.DateField()
    wallets = models.BigIntegerField()
    spends = models.BigIntegerField()
    quantity = models.DecimalField(max_digits=28, decimal_places=4)
    credits = models.DecimalField(max_digits=28, decimal_places=4)
    reversed = models.DecimalField(max_digits=28, decimal_places=4)
    failed = models.BigIntegerField()
    rolled_up_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("day", "service"), name="service_day_one_per_day_and_service"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.service}: {self.credits} credits"

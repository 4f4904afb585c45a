"""What moved in the whole ledger, hour by hour: what reports are made of."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from wallet.models.entry import EntryKind


class LedgerHour(models.Model):
    """What the entries of one kind and origin moved in one hour, over all wallets.

    Invariant: the sums over the entries from `at` until before the next hour. `origin` is the
    source of the lot for grants, "rollover" for what lapsed into another lot, else empty. Rolled
    up from the ledger once an hour is well over; what came after the last row is read from there.
    """

    at = models.DateTimeField(help_text="When the hour begins.")
    kind = models.CharField(max_length=16, choices=EntryKind.choices)
    origin = models.CharField(max_length=16, blank=True)
    entries = models.BigIntegerField()
    credits = models.DecimalField(max_digits=28, decimal_places=4, help_text="Signed.")
    cost_cents = models.BigIntegerField(help_text="Value of the lots moved, signed like credits.")

    class Meta:
        permissions: ClassVar = [("read_reports", "Can read reports of credits and money")]
        constraints: ClassVar = [
            # Serves every report too.
            models.UniqueConstraint(
                fields=("at", "kind", "origin"), name="ledger_hour_one_per_kind_and_origin"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=EntryKind.values), name="ledger_hour_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(entries__gt=0), name="ledger_hour_has_entries"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:00}: {self.kind} {self.credits} credits"

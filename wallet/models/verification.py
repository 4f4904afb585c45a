"""What the verifications of the ledger found."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class LedgerVerification(models.Model):
    """One run of `verify_ledger` over all wallets: how much it checked, what was wrong.

    `faults` holds the first fault of each kind as printed; an empty list is a clean ledger.
    """

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    wallets = models.BigIntegerField()
    entries = models.BigIntegerField()
    faults = models.JSONField(default=list)

    class Meta:
        ordering = ("-id",)
        indexes: ClassVar = [models.Index(fields=("-started_at",), name="verification_newest")]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d}: {len(self.faults)} faults in {self.entries} entries"

"""How often an entry answered a request again."""

from __future__ import annotations

from django.db import models

from wallet.models.entry import LedgerEntry


class EntryRetries(models.Model):
    """How many repeated requests one entry answered, and when the last one came."""

    entry = models.OneToOneField(
        LedgerEntry, on_delete=models.PROTECT, primary_key=True, related_name="retries"
    )
    count = models.BigIntegerField()
    last_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "entry retries"

    def __str__(self) -> str:
        return f"{self.count} retries of {self.entry_id}"

"""A service that went wrong for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from wallet.models.entry import EntryKind, LedgerEntry, LedgerEntryQuerySet
from wallet.models.service import Service


@dataclass(frozen=True)
class Incident:
    """A service that went wrong from one moment until before another."""

    service: Service
    begins_at: datetime
    ends_at: datetime

    def spends(self) -> LedgerEntryQuerySet:
        """Return what was spent on the service in that time."""
        return LedgerEntry.objects.filter(
            kind=EntryKind.SPEND,
            service=self.service,
            created_at__gte=self.begins_at,
            created_at__lt=self.ends_at,
        )

    def covers(self, spend: LedgerEntry) -> bool:
        """Whether the spend is one of them."""
        in_time = self.begins_at <= spend.created_at < self.ends_at
        return spend.service_id == self.service.pk and in_time

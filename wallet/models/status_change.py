"""Why a wallet was paused or resumed."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from creditsite.kernel.guards import append_only
from wallet.models.wallet import Wallet, WalletStatus


class WalletStatusChange(models.Model):
    """One change of a wallet's status: from, to, why, by whom. Append-only."""

    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="status_changes")
    from_status = models.CharField(max_length=16, choices=WalletStatus.choices)
    to_status = models.CharField(max_length=16, choices=WalletStatus.choices)
    reason = models.TextField()
    actor = models.CharField(max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(from_status=models.F("to_status")), name="status_change_changes"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="status_change_has_reason"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = append_only("status_change")

    def __str__(self) -> str:
        return f"{self.from_status} → {self.to_status}"

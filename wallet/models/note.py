"""What operators tell each other about a wallet."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from creditsite.kernel.guards import append_only
from wallet.models.wallet import Wallet

LONGEST_NOTE = 4000


class WalletNote(models.Model):
    """What an operator noted about a wallet, for operators alone. Append-only."""

    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    idempotency_key = models.CharField(max_length=255)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(text=""), name="wallet_note_says_something"),
            models.UniqueConstraint(
                fields=("wallet", "idempotency_key"), name="wallet_note_key_unique_in_wallet"
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = append_only("wallet_note")

    def __str__(self) -> str:
        return f"Note {self.pk} on {self.wallet}"

"""Credits taken back because their money was."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from creditsite.kernel.guards import append_only
from wallet.models.entry import LedgerEntry
from wallet.models.fields import CreditsField
from wallet.models.grant import Grant
from wallet.models.wallet import Wallet


class Clawback(models.Model):
    """One claw-back: what was asked for, what was there to take, what is owed since. Append-only.

    Invariant: `entry` moved `taken` credits out of the wallet (none where nothing was there) and
    `owed` became debt; together they are `credits`.
    """

    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="clawbacks")
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, null=True, db_index=False)
    entry = models.OneToOneField(LedgerEntry, on_delete=models.PROTECT, null=True)
    credits = CreditsField()
    taken = CreditsField()
    owed = CreditsField()
    idempotency_key = models.CharField(max_length=255)
    request_hash = models.BinaryField()
    reference = models.CharField(max_length=255)
    reason = models.TextField()
    actor = models.CharField(max_length=100)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("wallet", "idempotency_key"), name="clawback_key_unique_in_wallet"
            ),
            models.CheckConstraint(condition=Q(credits__gt=0), name="clawback_credits_positive"),
            models.CheckConstraint(
                condition=Q(taken__gte=0, owed__gte=0, credits=F("taken") + F("owed")),
                name="clawback_taken_and_owed_are_all_of_it",
            ),
            models.CheckConstraint(
                condition=Q(taken=0, entry__isnull=True) | Q(taken__gt=0, entry__isnull=False),
                name="clawback_names_the_entry_that_took",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="clawback_has_reason"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = append_only("clawback")

    def __str__(self) -> str:
        return f"Clawback {self.pk}: {self.taken} of {self.credits} credits"

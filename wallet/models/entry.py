"""The ledger: every movement of credits, for good."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

import pgtrigger
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import ExpressionWrapper, F, Func, OuterRef, Q, Subquery, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Round
from django.db.models.lookups import GreaterThan

from creditsite.kernel.actor import Actor
from creditsite.kernel.credits import CREDIT_PLACES, ZERO
from creditsite.kernel.guards import WrittenRules, append_only, one_of
from wallet.models.fields import CreditsField
from wallet.models.grant import GRANTED_BY_HAND
from wallet.models.hold import Hold
from wallet.models.service import Service, ServiceRate
from wallet.models.wallet import Wallet, WalletStatus


class EntryKind(models.TextChoices):
    """What moved the credits."""

    GRANT = "grant", "Grant"
    SPEND = "spend", "Spend"
    REVERSAL = "reversal", "Reversal"
    EXPIRY = "expiry", "Expiry"
    CLAWBACK = "clawback", "Clawback"
    ADJUSTMENT = "adjustment", "Adjustment"


RULES = {
    "entry_kind_known": one_of("kind", EntryKind),
    "entry_spend_names_service": "NEW.kind <> 'spend'"
    " OR (NEW.service_id IS NOT NULL AND NEW.credits < 0)",
    "entry_rate_goes_with_quantity": "(NEW.rate_id IS NULL AND NEW.quantity IS NULL)"
    " OR (NEW.kind = 'spend' AND NEW.rate_id IS NOT NULL AND NEW.quantity > 0)",
    "entry_of_a_hold_is_a_spend": "NEW.hold_id IS NULL OR NEW.kind = 'spend'",
    "entry_reversal_names_what_it_reverses": (
        "(NEW.kind = 'reversal') = (NEW.reverses_id IS NOT NULL)"
        " AND (NEW.kind <> 'reversal' OR NEW.credits > 0)"
    ),
    "entry_expiry_and_clawback_take": "NEW.kind NOT IN ('expiry', 'clawback') OR NEW.credits < 0",
    "entry_grant_positive": "NEW.kind <> 'grant' OR NEW.credits > 0",
    "entry_adjustment_has_reason": "NEW.kind <> 'adjustment' OR NEW.reason <> ''",
    "entry_credits_not_zero": "NEW.credits <> 0",
    "entry_never_below_zero": "NEW.balance_after >= 0",
    "entry_sequence_from_one": "NEW.sequence >= 1",
    "entry_has_key": "NEW.idempotency_key <> ''",
}


class LedgerEntryQuerySet(models.QuerySet["LedgerEntry"]):
    """Finds entries."""

    def spends_with_left(self) -> LedgerEntryQuerySet:
        """Return the spends among them, each with `left`: its credits not given back yet."""
        return self.filter(kind=EntryKind.SPEND).annotate(  # type: ignore[no-redef]
            left=-F("credits") - _given_back("pk")
        )

    def to_compensate(self, *, percent: Decimal, failed_only: bool) -> LedgerEntryQuerySet:
        """Return the spends among them of which a share is left to give back, each with `share`:
        so many percent of it, less what was given back before. Closed wallets take nothing."""
        found = self.spends_with_left().exclude(wallet__status=WalletStatus.CLOSED)
        if failed_only:
            found = found.filter(metadata__outcome="failed")
        given_back = -F("credits") - F("left")
        whole = Round(-F("credits") * Value(percent) / Value(Decimal(100)), CREDIT_PLACES)
        share = ExpressionWrapper(whole - given_back, output_field=CreditsField())
        return found.filter(GreaterThan(share, ZERO)).annotate(share=share)  # type: ignore[no-redef]

    def moved_alone(self, *, wallet: Wallet, actor: Actor, since: datetime) -> LedgerEntryQuerySet:
        """Return what an operator put into a wallet or took out of it by hand since a moment,
        without what another operator approved."""
        # Numbers rise with time, and are what the index is over.
        number = Func(
            Value(wallet.pk),
            Value(since),
            function="ledger_sequence_at",
            output_field=models.BigIntegerField(),
        )
        return self.filter(
            Q(kind=EntryKind.ADJUSTMENT)
            | Q(
                kind=EntryKind.GRANT, metadata__source__in=[each.value for each in GRANTED_BY_HAND]
            ),
            wallet=wallet,
            sequence__gt=number,
            actor=str(actor),
            approval_request=None,
        )

    @staticmethod
    def left_of(spend: str) -> Combinable:
        """Return what is not given back yet of the spend that a column of other rows names."""
        return -F(f"{spend}__credits") - _given_back(spend)


def _given_back(spend: str) -> Coalesce:
    reversals = LedgerEntry.objects.filter(reverses=OuterRef(spend)).order_by()
    sums = reversals.values("reverses").annotate(sum=Sum("credits")).values("sum")
    return Coalesce(Subquery(sums), ZERO)


class LedgerEntry(models.Model):
    """One append-only signed line of a wallet.

    Invariant: per wallet the sequence is gapless from 1, each `balance_after` is the one before
    plus `credits`, `draws` add up to `credits`, and each hash covers the hash before and every
    column of the line. Written by the SQL function `ledger_post` and its like for runs of
    spends alone; corrections are new lines.
    """

    # No foreign keys in the database: they take a twentieth of a spend, and those to services would
    # lock the row of one at every spend on it, for all wallets. What an entry names stays, under
    # guards of its own, and `verify_ledger` looks for it.
    wallet = models.ForeignKey(
        Wallet, models.PROTECT, related_name="entries", db_index=False, db_constraint=False
    )
    sequence = models.BigIntegerField()
    kind = models.CharField(max_length=16, choices=EntryKind.choices)
    credits = CreditsField(help_text="Signed: what came in or went out.")
    balance_after = CreditsField()
    # [[grant id, "signed credits", cents], …] in the order drawn; text keeps decimals exact.
    draws = models.JSONField()
    service = models.ForeignKey(
        Service, models.PROTECT, null=True, db_index=False, db_constraint=False
    )
    rate = models.ForeignKey(
        ServiceRate, models.PROTECT, null=True, db_index=False, db_constraint=False
    )
    quantity = CreditsField(null=True)
    hold = models.ForeignKey(
        Hold,
        models.PROTECT,
        null=True,
        related_name="entries",
        db_index=False,
        db_constraint=False,
    )
    reverses = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="reversals",
        db_index=False,
        db_constraint=False,
    )
    cost_cents = models.BigIntegerField(help_text="Value of the lots moved, signed like credits.")
    idempotency_key = models.CharField(max_length=255)
    request_hash = models.BinaryField()
    reference = models.CharField(max_length=255)
    actor = models.CharField(max_length=100)
    reason = models.TextField()
    metadata = models.JSONField()
    created_at = models.DateTimeField()
    hash = models.BinaryField()

    # Of those that `spends_with_left` and `to_compensate` found, and those found around another.
    left: Decimal
    share: Decimal
    around: int

    objects: ClassVar = LedgerEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "ledger entries"
        constraints: ClassVar = [
            WrittenRules(name="entry_rules", rules=RULES),
            models.UniqueConstraint(
                fields=("wallet", "sequence"), name="entry_sequence_unique_in_wallet"
            ),
            models.UniqueConstraint(
                fields=("wallet", "idempotency_key"), name="entry_key_unique_in_wallet"
            ),
        ]
        indexes: ClassVar = [
            # Serves reports over a range of days; entries arrive in the order of time.
            BrinIndex("created_at", name="entry_created_at", pages_per_range=32),
            # Serves a wallet's history filtered by service.
            models.Index(fields=("wallet", "service", "-sequence"), name="entry_wallet_service"),
            # Serves what of a spend was given back.
            models.Index(
                fields=("reverses",), condition=Q(reverses__isnull=False), name="entry_reversals"
            ),
            # Serve a wallet's history filtered by kind, and the operators' list of a kind. Most
            # entries are spends, which are in neither: posting one leaves both alone.
            models.Index(
                fields=("wallet", "kind", "-sequence"),
                condition=~Q(kind=EntryKind.SPEND),
                name="entry_wallet_kind",
            ),
            models.Index(
                fields=("kind", "-id"), condition=~Q(kind=EntryKind.SPEND), name="entry_kind"
            ),
            # Serves the entry that a hold was captured with.
            models.Index(fields=("hold",), condition=Q(hold__isnull=False), name="entry_of_hold"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = append_only("ledger_entry")

    def __str__(self) -> str:
        return f"Entry {self.wallet_id}/{self.sequence}"

    @property
    def balance_before(self) -> Decimal:
        return self.balance_after - self.credits

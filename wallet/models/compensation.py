"""Credits given back for an incident."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from creditsite.kernel.credits import ZERO
from creditsite.kernel.guards import fixed_columns, fixed_unless
from wallet.models.entry import LedgerEntry
from wallet.models.fields import CreditsField
from wallet.models.incident import Incident
from wallet.models.service import Service
from wallet.models.wallet import Wallet

ALL_OF_IT = Decimal(100)


class Compensation(models.Model):
    """What an operator gives back of the charges of an incident: a share of each.

    Invariant: what it gives is fixed when it is asked for, a `CompensatedCharge` for each
    charge; `charge_count`, `customer_count` and `credits` are their sums. It starts at once or
    when another operator approves it, and is finished when every charge is settled.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(help_text="Charges of before this moment.")
    percent = models.DecimalField(max_digits=5, decimal_places=2, help_text="Of each charge.")
    failed_only = models.BooleanField(default=False, help_text="Only runs that failed.")
    reason = models.TextField(help_text="Shown to the customers.")
    charge_count = models.IntegerField()
    customer_count = models.IntegerField()
    credits = CreditsField(help_text="What it gives back at most.")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    idempotency_key = models.CharField(max_length=255)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(begins_at__lt=F("ends_at")), name="compensation_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(percent__gt=0, percent__lte=ALL_OF_IT),
                name="compensation_percent_in_range",
            ),
            models.CheckConstraint(
                condition=Q(charge_count__gte=F("customer_count"), customer_count__gt=0)
                & Q(credits__gt=ZERO),
                name="compensation_gives_something",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="compensation_has_reason"),
            models.UniqueConstraint(fields=("idempotency_key",), name="compensation_key_unique"),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(started_at__isnull=False),
                name="compensation_finishes_what_was_started",
            ),
        ]
        indexes: ClassVar = [
            # Serves the job that carries on what is under way.
            models.Index(
                fields=("id",),
                condition=Q(started_at__isnull=False, finished_at__isnull=True),
                name="compensation_under_way",
            ),
            # Serves what an operator gave back within the last hours.
            models.Index(fields=("asked_by", "asked_at"), name="compensation_asked"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = fixed_columns(
            "compensation",
            "service_id",
            "begins_at",
            "ends_at",
            "percent",
            "failed_only",
            "reason",
            "charge_count",
            "customer_count",
            "credits",
            "asked_by_id",
            "asked_at",
            "idempotency_key",
        )

    def __str__(self) -> str:
        return f"Compensation {self.pk}"

    @property
    def incident(self) -> Incident:
        return Incident(self.service, self.begins_at, self.ends_at)

    @property
    def is_under_way(self) -> bool:
        return self.started_at is not None and self.finished_at is None


class ChargeStatus(models.TextChoices):
    """What became of a charge of a compensation."""

    WAITING = "waiting", "Waiting"
    GIVEN = "given", "Given back"
    LEFT_OUT = "left_out", "Left out"


class CompensatedCharge(models.Model):
    """What a compensation gives back of one charge: `credits` at most. Settled once.

    Invariant: `reversal` is the entry that gave it; what was given back elsewhere meanwhile is
    taken off, and what then has nothing left, or is refused, is left out with a note.
    """

    compensation = models.ForeignKey(
        Compensation, on_delete=models.PROTECT, related_name="charges", db_index=False
    )
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="+", db_index=False)
    entry = models.ForeignKey(
        LedgerEntry, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    credits = CreditsField()
    status = models.CharField(
        max_length=16, choices=ChargeStatus.choices, default=ChargeStatus.WAITING
    )
    reversal = models.OneToOneField(
        LedgerEntry, on_delete=models.PROTECT, null=True, related_name="compensated_charge"
    )
    note = models.TextField(blank=True, help_text="Why it was left out.")

    class Meta:
        ordering = ("wallet", "entry")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("compensation", "entry"), name="compensated_charge_once"
            ),
            models.CheckConstraint(
                condition=Q(credits__gt=ZERO), name="compensated_credits_positive"
            ),
            models.CheckConstraint(
                condition=Q(status=ChargeStatus.WAITING, reversal__isnull=True, note="")
                | Q(status=ChargeStatus.GIVEN, reversal__isnull=False, note="")
                | (Q(status=ChargeStatus.LEFT_OUT, reversal__isnull=True) & ~Q(note="")),
                name="compensated_charge_settled_by_reversal_or_note",
            ),
        ]
        indexes: ClassVar = [
            # Serves the next charges to settle, wallet by wallet, and the sums of a compensation.
            models.Index(
                fields=("compensation", "status", "wallet", "entry"),
                name="compensated_charge_next",
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            *fixed_columns(
                "compensated_charge", "compensation_id", "wallet_id", "entry_id", "credits"
            ),
            fixed_unless("compensated_charge", status=ChargeStatus.WAITING),
        ]

    def __str__(self) -> str:
        return f"{self.credits} credits of {self.entry}"

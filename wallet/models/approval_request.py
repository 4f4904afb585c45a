"""Changes of a wallet's credits that one operator asked for and another decides on."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from creditsite.kernel import clock
from creditsite.kernel.credits import ZERO
from creditsite.kernel.guards import fixed_columns, fixed_unless
from wallet.models.compensation import Compensation
from wallet.models.entry import LedgerEntry
from wallet.models.fields import CreditsField
from wallet.models.grant import GRANTED_BY_HAND, GrantSource
from wallet.models.wallet import Wallet


class ChangeKind(models.TextChoices):
    """How operators change credits by hand."""

    ADJUSTMENT = "adjustment", "Adjustment"
    GRANT = "grant", "Grant"
    COMPENSATION = "compensation", "Compensation"


class RequestStatus(models.TextChoices):
    """What became of a request."""

    WAITING = "waiting", "Waiting"
    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


class ApprovalRequest(models.Model):
    """A change of credits that waits until an operator other than who asked decides on it.

    Invariant: it is decided once, with a reason, and then stays as it is. `entry` is the line
    of the ledger that the approval posted; nothing else of a request moves credits. A request
    for a compensation is about many wallets: it names none, and its approval starts it.
    """

    wallet = models.ForeignKey(
        Wallet, on_delete=models.PROTECT, null=True, related_name="approval_requests"
    )
    compensation = models.OneToOneField(
        Compensation, on_delete=models.PROTECT, null=True, related_name="approval_request"
    )
    kind = models.CharField(max_length=16, choices=ChangeKind.choices)
    credits = CreditsField(help_text="Signed: what would come in or go out.")
    source = models.CharField(
        max_length=16, blank=True, choices=[(each.value, each.label) for each in GRANTED_BY_HAND]
    )
    expires_at = models.DateTimeField(default=clock.NEVER)
    reason = models.TextField(help_text="Shown to the customer once it is approved.")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    idempotency_key = models.CharField(max_length=255)
    status = models.CharField(
        max_length=16, choices=RequestStatus.choices, default=RequestStatus.WAITING
    )
    is_waiting = models.GeneratedField(
        expression=models.ExpressionWrapper(
            Q(status=RequestStatus.WAITING), output_field=models.BooleanField()
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(blank=True, help_text="Operators alone see it.")
    entry = models.OneToOneField(
        LedgerEntry, on_delete=models.PROTECT, null=True, related_name="approval_request"
    )

    class Meta:
        # What waits comes first.
        ordering = ("-is_waiting", "-id")
        permissions: ClassVar = [
            ("decide_approvalrequest", "Can approve or decline what another operator asked for"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=RequestStatus.values), name="approval_status_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    kind=ChangeKind.ADJUSTMENT,
                    wallet__isnull=False,
                    compensation__isnull=True,
                    source=GrantSource.ADJUSTMENT,
                    expires_at=clock.NEVER,
                )
                | Q(
                    kind=ChangeKind.GRANT,
                    wallet__isnull=False,
                    compensation__isnull=True,
                    source__in=[source.value for source in GRANTED_BY_HAND],
                    credits__gt=ZERO,
                )
                | Q(
                    kind=ChangeKind.COMPENSATION,
                    wallet__isnull=True,
                    compensation__isnull=False,
                    source="",
                    expires_at=clock.NEVER,
                    credits__gt=ZERO,
                ),
                name="approval_asks_what_can_be_posted",
            ),
            models.CheckConstraint(condition=~Q(credits=ZERO), name="approval_credits_not_zero"),
            models.CheckConstraint(condition=~Q(reason=""), name="approval_has_reason"),
            models.CheckConstraint(
                condition=Q(
                    status=RequestStatus.WAITING,
                    decided_by__isnull=True,
                    decided_at__isnull=True,
                    decision_reason="",
                )
                | (
                    ~Q(status=RequestStatus.WAITING)
                    & Q(decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(decision_reason="")
                ),
                name="approval_decided_with_reason_unless_waiting",
            ),
            models.CheckConstraint(
                condition=Q(status=RequestStatus.WAITING)
                | Q(status=RequestStatus.WITHDRAWN, decided_by=F("asked_by"))
                | (~Q(status=RequestStatus.WITHDRAWN) & ~Q(decided_by=F("asked_by"))),
                name="approval_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(
                    status=RequestStatus.APPROVED, compensation__isnull=True, entry__isnull=False
                )
                | (
                    (~Q(status=RequestStatus.APPROVED) | Q(compensation__isnull=False))
                    & Q(entry__isnull=True)
                ),
                name="approval_posted_when_approved",
            ),
            models.UniqueConstraint(
                fields=("wallet", "idempotency_key"), name="approval_key_unique_in_wallet"
            ),
        ]
        indexes: ClassVar = [
            # Serves the list of all requests, and the count of those that wait.
            models.Index(fields=("-is_waiting", "-id"), name="approval_waiting_first"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            *fixed_columns(
                "approval_request",
                "wallet_id",
                "compensation_id",
                "kind",
                "credits",
                "source",
                "expires_at",
                "reason",
                "asked_by_id",
                "asked_at",
                "idempotency_key",
            ),
            fixed_unless("approval_request", status=RequestStatus.WAITING),
        ]

    def __str__(self) -> str:
        return f"Approval request {self.pk}"

    @property
    def never_expires(self) -> bool:
        return self.expires_at >= clock.NEVER

    def may_be_decided_by(self, person_id: int) -> bool:
        """Whether somebody may approve or decline it, if they have the right to.

        One query for a compensation: whether it gives credits to them.
        """
        if person_id == self.asked_by_id:
            return False
        if self.compensation is not None:
            return not self.compensation.charges.filter(wallet__customer=person_id).exists()
        return self.wallet is not None and self.wallet.customer_id != person_id

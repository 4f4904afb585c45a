"""Cases: a customer contests charges, or a payment."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Count, Q, Sum
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from creditsite.kernel.guards import fixed_columns
from disputes.errors import AppealWindowClosed, DisputeNotDue
from disputes.models.statuses import LIVE, STEPS, WAITS_FOR_OPERATOR, DisputeStatus, DisputeStep
from wallet.models import Wallet

SHORTEST_EXPLANATION, LONGEST_EXPLANATION = 20, 4000
APPEAL_WINDOW = timedelta(days=14)
ANSWER_WINDOW = timedelta(days=7)
ANSWER_NOTICE = timedelta(days=2)
ESCALATION_NOTICE = timedelta(hours=12)
FIRST_LEVEL, APPEAL_LEVEL = 1, 2
TO_RULE_ON = Q(status__in=WAITS_FOR_OPERATOR)


def overdue(at: datetime) -> Q:
    """Return the condition for cases an operator should have ruled on by a moment."""
    return TO_RULE_ON & Q(respond_by__lt=at)


class DisputeReason(models.TextChoices):
    """What the customer says is wrong."""

    NOT_MINE = "not_mine", "I did not do this"
    DUPLICATE = "duplicate", "Charged twice for the same thing"
    FAILED_RUN = "failed_run", "The run failed"
    WRONG_AMOUNT = "wrong_amount", "The amount is wrong"
    SERVICE_QUALITY = "service_quality", "The result was not usable"
    OTHER = "other", "Something else"


class DisputeQuerySet(models.QuerySet["Dispute"]):
    """Finds disputes."""

    def live(self) -> DisputeQuerySet:
        return self.filter(is_live=True)

    def waiting_for_operator(self) -> DisputeQuerySet:
        return self.filter(TO_RULE_ON)

    def with_sums(self) -> DisputeQuerySet:
        """Return them with how many charges each is about, and their claims and refunds."""
        return self.annotate(  # type: ignore[no-redef]
            charge_count=Count("charges"),
            claimed=Sum("charges__claimed"),
            refunded=Sum("charges__refunded"),
        ).select_related("purchase__invoice")


class Dispute(models.Model):
    """A customer's case about charges or one payment, from opening to its end.

    Invariant: a state carries what it needs (who reviews, until when an answer or an appeal is
    awaited, when it ended); an appeal is level 2. `is_live` follows the status, and what the
    case is about follows that: a charge stands in at most one live case. The clock stands still
    while the customer owes an answer: `respond_by` moves on by that time.
    """

    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="disputes")
    reason = models.CharField(max_length=16, choices=DisputeReason.choices)
    explanation = models.TextField()
    status = models.CharField(
        max_length=20, choices=DisputeStatus.choices, default=DisputeStatus.OPEN
    )
    is_live = models.GeneratedField(
        expression=models.ExpressionWrapper(Q(status__in=LIVE), output_field=models.BooleanField()),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    level = models.PositiveSmallIntegerField(default=FIRST_LEVEL)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor = models.CharField(max_length=100)
    idempotency_key = models.CharField(max_length=255, blank=True)
    request_hash = models.CharField(max_length=64, blank=True)
    opened_at = models.DateTimeField()
    review_began_at = models.DateTimeField(help_text="When it was opened, or appealed.")
    respond_by = models.DateTimeField(help_text="Until when operators should rule.")
    waited = models.DurationField(
        default=timedelta(0), help_text="How long this review waited for the customer."
    )
    asked_at = models.DateTimeField(null=True)
    answer_by = models.DateTimeField(null=True)
    appeal_by = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True, help_text="When the customer was reminded.")
    warned_at = models.DateTimeField(null=True, help_text="When the reviewer was warned.")
    escalated_at = models.DateTimeField(null=True, help_text="When supervisors were told.")

    # Of those that `with_sums` found; None where it is about no charges.
    charge_count: int
    claimed: Decimal | None
    refunded: Decimal | None
    # Of those that a review reads as earlier ones.
    last_outcome: str | None

    objects: ClassVar = DisputeQuerySet.as_manager()

    class Meta:
        permissions: ClassVar = [
            ("review_dispute", "Can take disputes, ask and rule"),
            ("rule_on_appeal", "Can rule on appeals; is told of missed deadlines"),
            ("assign_dispute", "Can assign disputes to others"),
            ("rule_on_incident", "Can rule on many disputes at once"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=DisputeStatus.values), name="dispute_status_known"
            ),
            models.CheckConstraint(
                condition=Q(reason__in=DisputeReason.values), name="dispute_reason_known"
            ),
            models.CheckConstraint(
                condition=GreaterThanOrEqual(Length("explanation"), SHORTEST_EXPLANATION)
                & LessThanOrEqual(Length("explanation"), LONGEST_EXPLANATION),
                name="dispute_explanation_length",
            ),
            models.CheckConstraint(
                condition=Q(level__in=(FIRST_LEVEL, APPEAL_LEVEL))
                & (~Q(status=DisputeStatus.OPEN) | Q(level=FIRST_LEVEL))
                & (~Q(status=DisputeStatus.APPEALED) | Q(level=APPEAL_LEVEL))
                & (~Q(status=DisputeStatus.RULED) | Q(level=FIRST_LEVEL)),
                name="dispute_level_fits_status",
            ),
            models.CheckConstraint(
                condition=~Q(
                    status__in=(DisputeStatus.UNDER_REVIEW, DisputeStatus.AWAITING_CUSTOMER)
                )
                | Q(assignee__isnull=False),
                name="dispute_under_review_has_reviewer",
            ),
            models.CheckConstraint(
                condition=Q(
                    status=DisputeStatus.AWAITING_CUSTOMER,
                    asked_at__isnull=False,
                    answer_by__isnull=False,
                )
                | (
                    ~Q(status=DisputeStatus.AWAITING_CUSTOMER)
                    & Q(asked_at__isnull=True, answer_by__isnull=True)
                ),
                name="dispute_awaits_answer_until",
            ),
            models.CheckConstraint(
                condition=Q(status=DisputeStatus.RULED, appeal_by__isnull=False)
                | (~Q(status=DisputeStatus.RULED) & Q(appeal_by__isnull=True)),
                name="dispute_ruled_until_appeal",
            ),
            models.CheckConstraint(
                condition=Q(status__in=LIVE, closed_at__isnull=True)
                | (~Q(status__in=LIVE) & Q(closed_at__isnull=False)),
                name="dispute_over_has_time",
            ),
            models.CheckConstraint(
                condition=Q(waited__gte=timedelta(0)), name="dispute_waited_not_negative"
            ),
            models.UniqueConstraint(
                fields=("wallet", "idempotency_key"),
                condition=~Q(idempotency_key=""),
                name="dispute_key_unique_in_wallet",
            ),
            # What charges and payments of a case refer to, so that they follow its end.
            models.UniqueConstraint(fields=("id", "is_live"), name="dispute_with_its_life"),
        ]
        indexes: ClassVar = [
            # Serves a customer's disputes, newest first.
            models.Index(fields=("wallet", "-id"), name="dispute_of_wallet"),
            # Serves the queue and the job that watches deadlines.
            models.Index(
                fields=("respond_by",),
                condition=TO_RULE_ON,
                name="dispute_to_rule",
            ),
            # Serve the job that closes what nobody answered or appealed.
            models.Index(
                fields=("answer_by",),
                condition=Q(answer_by__isnull=False),
                name="dispute_to_answer",
            ),
            models.Index(
                fields=("appeal_by",),
                condition=Q(appeal_by__isnull=False),
                name="dispute_to_appeal",
            ),
            # Serves figures over a range of days.
            models.Index(fields=("opened_at",), name="dispute_opened"),
        ]
        triggers: ClassVar = fixed_columns(
            "dispute", "wallet_id", "reason", "explanation", "actor", "opened_at"
        )

    def __str__(self) -> str:
        return f"Dispute {self.pk}"

    def status_after(self, step: DisputeStep, *, is_final: bool = False) -> DisputeStatus:
        """Return the state a step leads to; raise the refusal that the state has for it."""
        rule, status = STEPS[step], DisputeStatus(self.status)
        if status not in rule.leads:
            refusal, detail = rule.refusals[status]
            raise refusal(detail, dispute=self.pk, dispute_status=self.status)
        return rule.leads[status][-1 if is_final else 0]

    def allows(self, step: DisputeStep) -> bool:
        return DisputeStatus(self.status) in STEPS[step].leads

    def require_appealable(self, at: datetime) -> None:
        """Raise unless the ruling can be appealed at a moment: `AppealWindowClosed`."""
        self.status_after(DisputeStep.APPEAL)
        if self.appeal_by is not None and at >= self.appeal_by:
            raise AppealWindowClosed(
                f"A ruling can be appealed for {APPEAL_WINDOW.days} days.",
                closed_at=self.appeal_by.isoformat(),
            )

    def require_due(self, at: datetime) -> None:
        """Raise `DisputeNotDue` unless the time to answer or to appeal is over at a moment."""
        self.status_after(DisputeStep.CLOSE)
        until = self.answer_by or self.appeal_by
        if until is None or at < until:
            raise DisputeNotDue("Its time is not over yet.")

    @property
    def is_appeal(self) -> bool:
        return self.level == APPEAL_LEVEL

    @property
    def awaits_customer(self) -> bool:
        return self.status == DisputeStatus.AWAITING_CUSTOMER

    @property
    def waits_for_operator(self) -> bool:
        return self.status in WAITS_FOR_OPERATOR

    def time_left(self, at: datetime) -> timedelta:
        """Return what is left of the operators' time at a moment; negative where it is missed.

        While the customer owes an answer it does not shrink.
        """
        return self.respond_by - (self.asked_at or at)

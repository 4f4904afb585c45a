"""How disputes go: how long they take, how they end, by reason and by service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, Count, DurationField, F, Q, QuerySet, Sum

from creditsite.kernel import clock
from creditsite.kernel.credits import ZERO
from disputes.models import Dispute, DisputedPurchase, DisputeReason, RuledCharge, Ruling
from disputes.models import RulingOutcome as Outcome
from disputes.models.dispute import APPEAL_LEVEL, FIRST_LEVEL, overdue


class Median(Aggregate):
    """The middle of a number of durations."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True)
class OutcomeRow:
    """How cases of one reason, or about one service, were ruled on first; by outcome."""

    label: str
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class DisputeFigures:
    """What happened from a moment until before another, and how it stands now.

    Times are of first rulings: `median_wall` from opening, `median_review` without what operators
    waited for the customer. Shares are 0 to 1; None where there is nothing to share.
    """

    opened: int
    ruled: int
    median_wall: timedelta | None
    median_review: timedelta | None
    in_time: Decimal | None
    automatic: int
    appeals_ruled: int
    appeals_improved: int
    credits_back: Decimal
    by_reason: list[OutcomeRow]
    by_service: list[OutcomeRow]
    waiting_now: int
    breached_now: int
    refunds_due_now: int


def dispute_figures(begins_at: datetime, ends_at: datetime) -> DisputeFigures:
    """Return the figures of a range of time. A fixed number of queries."""
    rulings = Ruling.objects.filter(ruled_at__gte=begins_at, ruled_at__lt=ends_at)
    first = rulings.filter(level=FIRST_LEVEL)
    appeals = rulings.filter(level=APPEAL_LEVEL)
    times = first.aggregate(
        count=Count("pk"),
        in_time=Count("pk", filter=Q(ruled_at__lte=F("respond_by"))),
        automatic=Count("pk", filter=Q(reviewer=None)),
        wall=Median(F("ruled_at") - F("dispute__opened_at")),
        review=Median(F("reviewed_in")),
    )
    back = RuledCharge.objects.filter(ruling__in=rulings).aggregate(sum=Sum("credits"))["sum"]
    opened = Dispute.objects.filter(opened_at__gte=begins_at, opened_at__lt=ends_at)
    return DisputeFigures(
        opened=opened.count(),
        ruled=times["count"],
        median_wall=times["wall"],
        median_review=times["review"],
        in_time=Decimal(times["in_time"]) / times["count"] if times["count"] else None,
        automatic=times["automatic"],
        appeals_ruled=appeals.count(),
        appeals_improved=appeals.filter(
            outcome__in=(Outcome.FULL_REFUND, Outcome.PARTIAL_REFUND)
        ).count(),
        credits_back=back or ZERO,
        by_reason=_rows(first, "dispute__reason", dict(DisputeReason.choices)),
        by_service=_rows(first, "dispute__charges__entry__service__name", {None: "A payment"}),
        waiting_now=Dispute.objects.waiting_for_operator().count(),
        breached_now=Dispute.objects.filter(overdue(clock.now())).count(),
        refunds_due_now=refunds_due().count(),
    )


def refunds_due() -> QuerySet[DisputedPurchase]:
    """Return the payments of which a refund was granted that nobody has made."""
    return DisputedPurchase.objects.filter(granted_cents__gt=F("refunded_cents"))


def _rows(rulings: QuerySet[Ruling], group: str, labels: dict[Any, str]) -> list[OutcomeRow]:
    """Return a row for each value of `group`; a case about two services counts for both."""
    counted: dict[Any, dict[str, int]] = {}
    found = (
        rulings.order_by().values(group, "outcome").annotate(cases=Count("dispute", distinct=True))
    )
    for row in found:
        counted.setdefault(row[group], {})[row["outcome"]] = row["cases"]
    rows = [OutcomeRow(labels.get(value, str(value)), counts) for value, counts in counted.items()]
    return sorted(rows, key=lambda row: (-row.total, row.label))

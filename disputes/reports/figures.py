"""How disputes go: how long they take, how they end, by reason and by service."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, Count, DurationField, F, Q, QuerySet, Sum
from django.db.models.functions import Trunc

from creditsite.kernel import clock
from creditsite.kernel.credits import ZERO
from creditsite.kernel.report import ReportRange
from disputes.models import Dispute, DisputedPurchase, DisputeReason, RuledCharge, Ruling
from disputes.models import RulingOutcome as Outcome
from disputes.models.dispute import APPEAL_LEVEL, FIRST_LEVEL, TO_RULE_ON, overdue


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
    refunded = Q(outcome__in=(Outcome.FULL_REFUND, Outcome.PARTIAL_REFUND))
    appeals = rulings.filter(level=APPEAL_LEVEL).aggregate(
        ruled=Count("pk"), improved=Count("pk", filter=refunded)
    )
    now = Dispute.objects.filter(TO_RULE_ON).aggregate(
        waiting=Count("pk"), breached=Count("pk", filter=overdue(clock.now()))
    )
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
        appeals_ruled=appeals["ruled"],
        appeals_improved=appeals["improved"],
        credits_back=back or ZERO,
        by_reason=_rows(first, "dispute__reason", dict(DisputeReason.choices)),
        by_service=_rows(first, "dispute__charges__entry__service__name", {None: "A payment"}),
        waiting_now=now["waiting"],
        breached_now=now["breached"],
        refunds_due_now=refunds_due().count(),
    )


@dataclass
class PeriodFigures:
    """What happened in a period; `outcomes` counts first rulings."""

    opened: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    appeals_ruled: int = 0
    credits_back: Decimal = ZERO

    @property
    def ruled(self) -> int:
        return sum(self.outcomes.values())


def dispute_periods(chosen: ReportRange) -> dict[date, PeriodFigures]:
    """Return what happened in each period of a range, by its first day. Three queries."""
    periods = {start: PeriodFigures() for start in chosen.periods()}

    def period(at: datetime) -> PeriodFigures:
        return periods[max(at.date(), chosen.first)]

    within = (chosen.begins_at, chosen.ends_at)
    opened = Dispute.objects.filter(opened_at__gte=within[0], opened_at__lt=within[1])
    for row in _by_step(opened, "opened_at", chosen).annotate(count=Count("pk")):
        period(row["period"]).opened = row["count"]
    rulings = Ruling.objects.filter(ruled_at__gte=within[0], ruled_at__lt=within[1])
    counted = _by_step(rulings, "ruled_at", chosen).values("period", "level", "outcome")
    for row in counted.annotate(count=Count("pk")):
        if row["level"] == FIRST_LEVEL:
            period(row["period"]).outcomes[row["outcome"]] = row["count"]
        else:
            period(row["period"]).appeals_ruled += row["count"]
    charges = RuledCharge.objects.filter(ruling__in=rulings)
    for row in _by_step(charges, "ruling__ruled_at", chosen).annotate(sum=Sum("credits")):
        period(row["period"]).credits_back = row["sum"]
    return periods


def _by_step(rows: QuerySet[Any], moment: str, chosen: ReportRange) -> QuerySet[Any, Any]:
    """Return the rows grouped by the period that a moment of theirs is in."""
    return rows.order_by().values(period=Trunc(moment, chosen.step.value, tzinfo=UTC))


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

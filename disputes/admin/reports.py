"""The report that shows operators how disputes go."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from creditsite.kernel.formatting import credits as show
from creditsite.kernel.report import Column, Report, ReportRange, ReportTable, Unit, Value
from disputes.admin.queue import in_words
from disputes.models import RulingOutcome
from disputes.reports.figures import (
    DisputeFigures,
    OutcomeRow,
    PeriodFigures,
    dispute_figures,
    dispute_periods,
)
from wallet.admin.report_pages import ReportPage


def dispute_report(chosen: ReportRange) -> Report:
    """Return how disputes went in the range, and how they stand now."""
    figures = dispute_figures(chosen.begins_at, chosen.ends_at)
    periods = dispute_periods(chosen)
    return Report(
        tables=[
            _summary(figures),
            _by_period(chosen, periods),
            _outcomes("reasons", "First rulings by reason", "Reason", figures.by_reason),
            _outcomes("services", "First rulings by service", "Service", figures.by_service),
        ],
        chart=chosen.chart(
            [outcome.label for outcome in RulingOutcome],
            [
                [Decimal(period.outcomes.get(outcome, 0)) for outcome in RulingOutcome]
                for period in periods.values()
            ],
            measure="rulings",
        ),
    )


DISPUTES = ReportPage(
    name="disputes",
    title="Disputes",
    lead="How many cases come, how long they take, how they end, and what they give back.",
    permission="disputes.view_dispute",
    build=dispute_report,
    described="Bars of first rulings, by outcome.",
)


def _summary(figures: DisputeFigures) -> ReportTable:
    share = "–" if figures.in_time is None else f"{figures.in_time:.0%}"
    lines = (
        ("Opened", figures.opened),
        ("Ruled on first", figures.ruled),
        ("Median time from opening to ruling", in_words(figures.median_wall)),
        ("The same without waiting for customers", in_words(figures.median_review)),
        ("Ruled on in time", share),
        ("By a rule, without an operator", figures.automatic),
        ("Appeals ruled on", figures.appeals_ruled),
        ("Appeals that brought more", figures.appeals_improved),
        ("Credits given back", show(figures.credits_back)),
        ("To rule on now", figures.waiting_now),
        ("Overdue now", figures.breached_now),
        ("Refunds to be made now", figures.refunds_due_now),
    )
    return ReportTable(
        name="in-short",
        title="In short",
        columns=(Column("Figure", Unit.TEXT), Column("Value", Unit.FIGURE)),
        rows=[(label, str(value)) for label, value in lines],
    )


def _by_period(chosen: ReportRange, periods: dict[date, PeriodFigures]) -> ReportTable:
    rows: list[tuple[Value, ...]] = [
        (
            *(start, period.opened, period.ruled),
            *(period.outcomes.get(outcome, 0) for outcome in RulingOutcome),
            *(period.appeals_ruled, period.credits_back),
        )
        for start, period in periods.items()
    ]
    return ReportTable(
        name="disputes",
        title=f"By {chosen.step.value}",
        columns=(
            Column(chosen.unit, Unit.PERIOD),
            *(Column(label, Unit.COUNT) for label in ("Opened", "Ruled on first")),
            *(Column(outcome.label, Unit.COUNT) for outcome in RulingOutcome),
            Column("Appeals ruled on", Unit.COUNT),
            Column("Credits given back", Unit.CREDITS),
        ),
        rows=rows,
    )


def _outcomes(name: str, title: str, head: str, found: list[OutcomeRow]) -> ReportTable:
    return ReportTable(
        name=name,
        title=title,
        columns=(
            Column(head, Unit.TEXT),
            *(Column(outcome.label, Unit.COUNT) for outcome in RulingOutcome),
            Column("All", Unit.COUNT),
        ),
        rows=[
            (row.label, *(row.counts.get(each, 0) for each in RulingOutcome), row.total)
            for row in found
        ],
    )

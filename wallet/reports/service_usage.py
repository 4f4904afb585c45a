"""The report of usage: what all customers spent on each service."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.db.models.functions import Trunc

from creditsite.kernel.chart import MOST_SERIES, Chart
from creditsite.kernel.credits import ZERO
from creditsite.kernel.report import Column, Report, ReportRange, ReportTable, Unit, Value
from wallet.models import ServiceDay
from wallet.reports.usage import FIGURES, UsageLine, UsageSums, total
from wallet.reports.usage_chart import OTHER

COLUMNS = (
    Column("Spends", Unit.COUNT),
    Column("Quantity", Unit.CREDITS),
    Column("Credits", Unit.CREDITS),
    Column("Reversed", Unit.CREDITS),
    Column("Net", Unit.CREDITS),
    Column("Failed", Unit.COUNT),
    Column("Share failed", Unit.SHARE),
)


def service_usage(chosen: ReportRange) -> Report:
    """Return usage by service and by period, as of the last roll-up. One query."""
    lines = _lines(chosen)
    by_service = _grouped((line.service_name, line) for line in lines)
    by_period = _grouped((line.day, line) for line in lines)
    names = sorted(by_service, key=lambda name: (-by_service[name].net, name))
    return Report(
        tables=[
            ReportTable(
                name="services",
                title="By service",
                columns=(Column("Service", Unit.TEXT), *COLUMNS),
                rows=[(name, *_figures(by_service[name])) for name in names],
                notes=["What was reversed counts on the day of its spend, whenever that was."],
            ),
            ReportTable(
                name="usage",
                title=f"By {chosen.step.value}",
                columns=(Column(chosen.unit, Unit.PERIOD), *COLUMNS),
                rows=[
                    (start, *_figures(by_period.get(start, UsageSums())))
                    for start in chosen.periods()
                ],
            ),
        ],
        chart=_chart(chosen, lines, names),
    )


def _lines(chosen: ReportRange) -> list[UsageLine]:
    days = ServiceDay.objects.filter(day__range=(chosen.first, chosen.last))
    found: Iterable[Any] = (
        days.annotate(period=Trunc("day", chosen.step.value))
        .values("period", "service__name")
        .annotate(**{name: Sum(name) for name in FIGURES})
        .order_by("period", "service__name")
    )
    return [
        UsageLine(
            **{name: row[name] for name in FIGURES},
            day=max(row["period"], chosen.first),
            service_name=row["service__name"],
        )
        for row in found
    ]


def _grouped(lines: Iterable[tuple[Any, UsageLine]]) -> dict[Any, UsageSums]:
    groups: dict[Any, list[UsageLine]] = defaultdict(list)
    for key, line in lines:
        groups[key].append(line)
    return {key: total(group) for key, group in groups.items()}


def _figures(sums: UsageSums) -> tuple[Value, ...]:
    share = Decimal(sums.failed) / sums.spends if sums.spends else None
    return (sums.spends, sums.quantity, sums.credits, sums.reversed, sums.net, sums.failed, share)


def _chart(chosen: ReportRange, lines: list[UsageLine], names: list[str]) -> Chart:
    shown = names if len(names) <= MOST_SERIES else [*names[: MOST_SERIES - 1], OTHER]
    places = {name: place for place, name in enumerate(shown)}
    starts = chosen.periods()
    rows = {start: [ZERO] * len(shown) for start in starts}
    for line in lines:
        assert line.day is not None
        rows[line.day][places.get(line.service_name, len(shown) - 1)] += line.net
    return chosen.chart(
        shown,
        list(rows.values()),
        measure="credits",
    )

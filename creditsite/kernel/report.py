"""The shapes of reports: a range of days, tables of plain values, a chart. No rows, no pages."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from creditsite.kernel import clock
from creditsite.kernel.chart import Chart, stacked_chart

Value = str | int | Decimal | date | None


class Step(Enum):
    """How long a period of a report is."""

    DAY = "day"
    MONTH = "month"


class Unit(Enum):
    """What a column holds: `MONEY` is whole cents, `SHARE` a part of 1, `FIGURE` any number that
    is written out. None shows as a dash."""

    TEXT = "text"
    PERIOD = "period"
    COUNT = "count"
    CREDITS = "credits"
    MONEY = "money"
    SHARE = "share"
    FIGURE = "figure"


@dataclass(frozen=True)
class ReportRange:
    """Days (UTC), both counted, in periods of a day or a calendar month."""

    first: date
    last: date
    step: Step = Step.DAY

    @classmethod
    def last_days(cls, days: int) -> ReportRange:
        """Return so many days, of which today is the last."""
        today = clock.now().date()
        return cls(today - timedelta(days=days - 1), today)

    @property
    def begins_at(self) -> datetime:
        return datetime.combine(self.first, time(), UTC)

    @property
    def ends_at(self) -> datetime:
        """The moment after the last day."""
        return datetime.combine(self.last, time(), UTC) + timedelta(days=1)

    @property
    def unit(self) -> str:
        """How a period is called: `Day`."""
        return self.step.value.capitalize()

    def periods(self) -> list[date]:
        """Return the first days of all periods, in order; the first and last may be cut short."""
        starts, day = [], self.first
        while day <= self.last:
            starts.append(day)
            day += timedelta(
                days=1
                if self.step == Step.DAY
                else calendar.monthrange(day.year, day.month)[1] - day.day + 1
            )
        return starts

    def chart(
        self, names: Sequence[str], rows: Sequence[Sequence[Decimal]], *, measure: str
    ) -> Chart:
        """Return the chart of `rows`: one for each period, with a number for each name."""
        labels = [self._label(start) for start in self.periods()]
        return stacked_chart(names, labels, rows, unit=self.unit, measure=measure)

    def _label(self, start: date) -> str:
        """Return how a chart names the period that begins on a day."""
        if self.step == Step.MONTH:
            return f"{start:%b %Y}"
        if self.first.year == self.last.year:
            return f"{start.day} {start:%b}"
        return f"{start.day} {start:%b %Y}"


@dataclass(frozen=True)
class Column:
    """A column of a report's table."""

    label: str
    unit: Unit


@dataclass(frozen=True)
class ReportTable:
    """Rows of values, each of the unit of its column; `name` is that of its file."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    notes: Sequence[str] = ()
    empty: str = "Nothing in these days."


def roll_forward(
    opening: Decimal | int, moved: Mapping[date, Sequence[Any]]
) -> list[tuple[Value, ...]]:
    """Return a row for each period: its first day, what it opened with, what moved, and what it
    closed with, which the next one opens with."""
    rows: list[tuple[Value, ...]] = []
    for start, parts in moved.items():
        closing = sum(parts, opening)
        rows.append((start, opening, *parts, closing))
        opening = closing
    return rows


@dataclass(frozen=True)
class Report:
    """Tables, the most telling first, and a chart of what happened along the range."""

    tables: Sequence[ReportTable]
    chart: Chart | None = None
    notes: Sequence[str] = field(default_factory=tuple)

    def table(self, name: str) -> ReportTable | None:
        """Return the table of a name."""
        return next((table for table in self.tables if table.name == name), None)

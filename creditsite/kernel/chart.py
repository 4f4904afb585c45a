"""Bars along time, stacked by series, up and down. Plain shapes; templates draw them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

# The drawing is as wide and as high as this, whatever the screen makes of it.
SIZE = Decimal(1000)
GAP = Decimal("0.25")
MOST_SERIES = 5
NOTHING = Decimal(0)
TOP_STEPS = tuple(map(Decimal, ("1", "1.5", "2", "2.5", "3", "4", "5", "6", "8", "10")))


@dataclass(frozen=True)
class Bar:
    """The part of one series in a column, in units of the drawing."""

    series: int
    x: Decimal
    y: Decimal
    width: Decimal
    height: Decimal


@dataclass(frozen=True)
class ChartColumn:
    """A stretch of time: its numbers by series, and their bars from the middle outwards."""

    label: str
    values: list[Decimal]
    total: Decimal
    bars: list[Bar]


@dataclass(frozen=True)
class Series:
    """What a colour stands for; `number` names the colour."""

    number: int
    name: str


@dataclass(frozen=True)
class Chart:
    """A chart with everything written beside it; `marks` go up the side, from the top down.

    `unit` says what a column is, `measure` what is counted.
    """

    series: list[Series]
    columns: list[ChartColumn]
    marks: list[Decimal]
    unit: str
    measure: str
    size: Decimal = SIZE

    @property
    def along(self) -> list[str]:
        """What is written below: the first, the middle and the last column."""
        labels = [column.label for column in self.columns]
        places = sorted({0, len(labels) // 2, len(labels) - 1})
        return [labels[place] for place in places]


def stacked_chart(
    names: Sequence[str],
    labels: Sequence[str],
    rows: Sequence[Sequence[Decimal]],
    *,
    unit: str,
    measure: str,
) -> Chart:
    """Return the chart of `rows`: one for each label, with a number for each name.

    Numbers below zero hang down from the middle; without any the drawing stands on its ground.
    `unit` is such as "Day", `measure` such as "credits".
    """
    highest = max(_reach(row, 1) for row in rows)
    deepest = max(_reach(row, -1) for row in rows)
    top = round_top(max(highest, deepest))
    marks = [top, NOTHING, -top] if deepest else [top, top / 2, NOTHING]
    scale = SIZE / (marks[0] - marks[-1])
    ground = marks[0] * scale
    slot = SIZE / len(rows)
    return Chart(
        series=[Series(number, name) for number, name in enumerate(names, start=1)],
        columns=[
            ChartColumn(
                label=label,
                values=list(row),
                total=sum(row, NOTHING),
                bars=_bars(row, at=slot * place, slot=slot, ground=ground, scale=scale),
            )
            for place, (label, row) in enumerate(zip(labels, rows, strict=True))
        ],
        marks=marks,
        unit=unit,
        measure=measure,
    )


def round_top(most: Decimal) -> Decimal:
    """Return the round number a chart reaches up to."""
    if not most:
        return Decimal(1)
    power = Decimal(10) ** most.adjusted()
    return next(step * power for step in TOP_STEPS if step * power >= most)


def _reach(row: Sequence[Decimal], sign: int) -> Decimal:
    return sum((abs(value) for value in row if value * sign > 0), NOTHING)


def _bars(
    row: Sequence[Decimal], *, at: Decimal, slot: Decimal, ground: Decimal, scale: Decimal
) -> list[Bar]:
    bars = []
    up = down = _rounded(ground)
    for series, value in enumerate(row, start=1):
        height = _rounded(abs(value) * scale)
        if value > 0:
            up -= height
        if value:
            bars.append(
                Bar(
                    series=series,
                    x=_rounded(at + slot * GAP / 2),
                    y=up if value > 0 else down,
                    width=_rounded(slot * (1 - GAP)),
                    height=height,
                )
            )
        if value < 0:
            down += height
    return bars


def _rounded(length: Decimal) -> Decimal:
    return round(length, 1)

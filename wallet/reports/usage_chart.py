"""The bars of a chart: credits by day, stacked by service. Plain shapes; templates draw them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from creditsite.kernel.credits import ZERO
from wallet.reports.usage import UsageLine

# More bars than this can't be told apart on a phone: weeks then.
MOST_BARS = 92
WEEK = 7
MOST_SERIES = 5
OTHER = "Other services"
# The drawing is as wide and as high as this, whatever the screen makes of it.
SIZE = Decimal(1000)
GAP = Decimal("0.25")
TOP_STEPS = tuple(map(Decimal, ("1", "1.5", "2", "2.5", "3", "4", "5", "6", "8", "10")))


@dataclass(frozen=True)
class Bar:
    """The part of one service in a column, in units of the drawing."""

    series: int
    x: Decimal
    y: Decimal
    width: Decimal
    height: Decimal


@dataclass(frozen=True)
class Column:
    """A day or a week: what was used, by series, and its bars from the ground up."""

    label: str
    credits: list[Decimal]
    total: Decimal
    bars: list[Bar]


@dataclass(frozen=True)
class Series:
    """A service in the legend; `number` names its colour."""

    number: int
    name: str


@dataclass(frozen=True)
class UsageChart:
    """A chart with everything written beside it; `marks` go up the side, from the top down."""

    series: list[Series]
    columns: list[Column]
    marks: list[Decimal]
    unit: str
    size: Decimal = SIZE

    @property
    def along(self) -> list[str]:
        """What is written below: the first, the middle and the last column."""
        labels = [column.label for column in self.columns]
        places = sorted({0, len(labels) // 2, len(labels) - 1})
        return [labels[place] for place in places]


def usage_chart(lines: Sequence[UsageLine], first: date, last: date) -> UsageChart:
    """Return the chart of lines by day and service: net credits of every day, or of every week.

    The services that used most have a colour of their own, at most `MOST_SERIES`; the others
    share the last.
    """
    names = _names(lines)
    places = {name: place for place, name in enumerate(names)}
    step = 1 if (last - first).days < MOST_BARS else WEEK
    wording = "{0.day} {0:%b}" if first.year == last.year else "{0.day} {0:%b %Y}"
    starts = [first + timedelta(days=n) for n in range(0, (last - first).days + 1, step)]
    used = [[ZERO] * len(names) for _ in starts]
    for line in lines:
        if line.day is not None:
            place = places.get(line.service_name, len(names) - 1)
            used[(line.day - first).days // step][place] += line.net
    top = _top(max(sum(credits, ZERO) for credits in used))
    return UsageChart(
        series=[Series(number, name) for number, name in enumerate(names, start=1)],
        columns=[
            Column(
                label=wording.format(start),
                credits=credits,
                total=sum(credits, ZERO),
                bars=_bars(credits, place=place, columns=len(starts), top=top),
            )
            for place, (start, credits) in enumerate(zip(starts, used, strict=True))
        ],
        marks=[top, top / 2, ZERO],
        unit="Day" if step == 1 else "Week from",
    )


def _names(lines: Iterable[UsageLine]) -> list[str]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[line.service_name] += line.net
    names = sorted(sums, key=lambda name: (-sums[name], name))
    return names if len(names) <= MOST_SERIES else [*names[: MOST_SERIES - 1], OTHER]


def _top(most: Decimal) -> Decimal:
    """Return the round number the chart reaches up to."""
    if not most:
        return Decimal(1)
    power = Decimal(10) ** most.adjusted()
    return next(step * power for step in TOP_STEPS if step * power >= most)


def _bars(credits: Sequence[Decimal], *, place: int, columns: int, top: Decimal) -> list[Bar]:
    slot = SIZE / columns
    bars = []
    ground = SIZE
    for series, part in enumerate(credits, start=1):
        if part:
            height = _rounded(SIZE * part / top)
            ground -= height
            bars.append(
                Bar(
                    series=series,
                    x=_rounded(slot * (place + GAP / 2)),
                    y=ground,
                    width=_rounded(slot * (1 - GAP)),
                    height=height,
                )
            )
    return bars


def _rounded(length: Decimal) -> Decimal:
    return round(length, 1)

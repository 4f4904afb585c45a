"""The shapes of charts."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from creditsite.kernel.chart import SIZE, stacked_chart

NUMBERS = st.decimals(min_value=-(10**9), max_value=10**9, places=4)
ROWS = st.integers(1, 5).flatmap(
    lambda series: st.lists(
        st.lists(NUMBERS, min_size=series, max_size=series), min_size=1, max_size=40
    )
)


def test_what_goes_out_hangs_below_what_comes_in() -> None:
    chart = stacked_chart(
        ["in", "out", "back"],
        ["a"],
        [[Decimal(60), Decimal(-90), Decimal(30)]],
        unit="Day",
        measure="credits",
    )
    assert chart.marks == [Decimal(100), 0, Decimal(-100)]
    came_in, went_out, came_back = chart.columns[0].bars
    assert (came_in.y, came_in.height) == (200, 300)
    assert (came_back.y, came_back.height) == (50, 150)
    assert (went_out.y, went_out.height) == (500, 450)
    assert chart.columns[0].total == 0


def test_nothing_is_an_empty_drawing() -> None:
    chart = stacked_chart([], ["a", "b"], [[], []], unit="Day", measure="credits")
    assert [column.bars for column in chart.columns] == [[], []]
    assert chart.marks == [1, Decimal("0.5"), 0]


@given(ROWS)
def test_bars_stay_within_the_drawing_and_touch_each_other(rows: list[list[Decimal]]) -> None:
    names = [str(number) for number in range(len(rows[0]))]
    labels = [str(number) for number in range(len(rows))]
    chart = stacked_chart(names, labels, rows, unit="Day", measure="credits")
    # Lengths are rounded to a tenth, each part by half of that at most.
    slack = Decimal("0.05") * (len(names) + 1)
    ground = SIZE if chart.marks[-1] == 0 else SIZE / 2
    for column, row in zip(chart.columns, rows, strict=True):
        assert len(column.bars) == sum(1 for value in row if value)
        for bar in column.bars:
            assert -slack <= bar.y and bar.y + bar.height <= SIZE + slack
            assert bar.x >= 0 and bar.x + bar.width <= SIZE
            is_up = row[bar.series - 1] > 0
            assert (bar.y + bar.height <= ground) if is_up else (bar.y >= ground)
        for bars in (
            [bar for bar in column.bars if row[bar.series - 1] > 0],
            [bar for bar in column.bars if row[bar.series - 1] < 0],
        ):
            heights = sum((bar.height for bar in bars), Decimal(0))
            assert heights == max((bar.y + bar.height for bar in bars), default=Decimal(0)) - min(
                (bar.y for bar in bars), default=Decimal(0)
            )

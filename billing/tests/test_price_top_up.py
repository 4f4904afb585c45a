"""What credits cost where nothing takes anything off."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from billing.errors import TopUpOutOfRange
from billing.pricing import price_top_up
from billing.quotes import plain
from creditsite.kernel import clock

sellable = st.decimals(min_value=10, max_value=100_000, places=4)


def total(credits: Decimal) -> int:
    return price_top_up(credits=credits, at=clock.now()).total_cents


@given(sellable)
def test_the_lines_add_up_to_the_total(credits: Decimal) -> None:
    quote = price_top_up(credits=credits, at=clock.now())
    assert sum(line.amount_cents for line in quote.lines) == quote.total_cents
    assert quote.as_json()["total_cents"] == quote.total_cents


@given(sellable, sellable)
def test_more_credits_never_cost_less(one: Decimal, other: Decimal) -> None:
    fewer, more = sorted((one, other))
    assert total(fewer) <= total(more)


@given(sellable)
def test_the_price_is_within_half_a_cent_of_the_rate(credits: Decimal) -> None:
    assert abs(Decimal(total(credits)) - credits * 10) <= Decimal("0.5")


def test_half_a_cent_is_rounded_up() -> None:
    assert total(Decimal("10.05")) == 101
    assert total(Decimal("10.0499")) == 100


def test_a_line_says_what_and_why(settings: Settings) -> None:
    settings.DEFAULT_CREDIT_RATE = Decimal("0.125")
    (line,) = price_top_up(credits=Decimal("1500.5"), at=clock.now()).lines
    assert (line.label, line.reason) == ("1,500.5 credits", "$0.125 each")
    assert line.amount_cents == 18756


@pytest.mark.parametrize(
    "credits", ["9.9999", "100000.0001", "0", "-10", "NaN", "Infinity", "-Infinity", "1e30", "sNaN"]
)
def test_what_is_outside_the_limits_is_not_for_sale(credits: str) -> None:
    with pytest.raises(TopUpOutOfRange) as refused:
        total(Decimal(credits))
    assert refused.value.extras == {"minimum": Decimal(10), "maximum": Decimal(100_000)}


def test_a_fifth_decimal_place_is_refused_not_rounded() -> None:
    with pytest.raises(TopUpOutOfRange):
        total(Decimal("10.00001"))


@given(sellable)
def test_credits_read_the_same_as_they_are(credits: Decimal) -> None:
    assert Decimal(plain(credits).replace(",", "")) == credits

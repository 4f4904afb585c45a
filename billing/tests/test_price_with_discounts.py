"""What is taken off a price: each line explained, the best kept, never below the floor."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_CEILING, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from billing.models import Package, PackageVersion, Promotion, VolumeTier
from billing.pricing import price_package, price_top_up
from billing.quotes import Quote
from creditsite.kernel import clock

NOW = clock.now()
TIERS = [
    VolumeTier(minimum_credits=Decimal(minimum), percent=Decimal(percent))
    for minimum, percent in ((100, 5), (500, 10), (1000, 15))
]
percents = st.decimals(min_value="0.01", max_value="99.99", places=2)


def terms(discount: str = "10") -> PackageVersion:
    return PackageVersion(
        package=Package(name="Works"),
        price_cents=4999,
        credits=Decimal(575),
        currency="usd",
        top_up_discount_percent=Decimal(discount),
    )


@st.composite
def promotions(draw: st.DrawFn) -> Promotion:
    made = Promotion(
        pk=draw(st.integers(1, 10**6)),
        name="Promotion",
        code=draw(st.sampled_from(["", "CODE"])),
        is_combinable=draw(st.booleans()),
        bonus_credits=draw(st.sampled_from([Decimal(0), Decimal("12.5"), Decimal(100)])),
    )
    kind = draw(st.sampled_from(["percent", "sum", "bonus"]))
    if kind == "percent":
        made.percent = draw(percents)
    if kind == "sum":
        made.off_cents = draw(st.integers(1, 20_000))
    return made


@st.composite
def tiers(draw: st.DrawFn) -> list[VolumeTier]:
    found = draw(st.dictionaries(st.integers(1, 100_000), percents, max_size=4))
    return [VolumeTier(minimum_credits=Decimal(key), percent=off) for key, off in found.items()]


sums = {
    "credits": st.decimals(min_value=10, max_value=100_000, places=4),
    "tiers": tiers(),
    "discount": st.decimals(min_value=0, max_value="99.99", places=2),
    "promoted": st.lists(promotions(), max_size=5, unique_by=lambda each: each.pk),
}


def price(
    credits: Decimal, tiers: list[VolumeTier], discount: Decimal, promoted: list[Promotion]
) -> Quote:
    subscribed = terms(str(discount))
    return price_top_up(
        credits=credits, at=NOW, tiers=tiers, subscribed=subscribed, promotions=promoted
    )


@given(**sums)
def test_no_price_is_below_the_floor_or_above_the_base(
    credits: Decimal, tiers: list[VolumeTier], discount: Decimal, promoted: list[Promotion]
) -> None:
    quote = price(credits, tiers, discount, promoted)
    base = quote.lines[0].amount_cents
    floor = int((credits * 5).to_integral_value(ROUND_CEILING))
    assert min(base, floor) <= quote.total_cents <= base


@given(**sums)
def test_the_cents_tie_out_line_by_line(
    credits: Decimal, tiers: list[VolumeTier], discount: Decimal, promoted: list[Promotion]
) -> None:
    quote = price(credits, tiers, discount, promoted)
    running = 0
    for line in quote.lines:
        running += line.amount_cents
        assert line.subtotal_cents == running
        assert line.label and line.reason
        assert line.amount_cents > 0 if line.kind == "base" else line.amount_cents < 0
    assert running == quote.total_cents == quote.as_json()["total_cents"]
    off = sum(-line.amount_cents for line in quote.lines if line.kind == "promotion")
    assert off == sum(each.off_cents for each in quote.given)


@given(**sums, data=st.data())
def test_the_order_of_promotions_never_makes_it_dearer(
    credits: Decimal,
    tiers: list[VolumeTier],
    discount: Decimal,
    promoted: list[Promotion],
    data: st.DataObject,
) -> None:
    shuffled = data.draw(st.permutations(promoted))
    one, other = (price(credits, tiers, discount, each) for each in (promoted, list(shuffled)))
    assert (one.total_cents, one.bonus_credits) == (other.total_cents, other.bonus_credits)


@given(**sums)
def test_one_promotion_more_is_never_worth_less(
    credits: Decimal, tiers: list[VolumeTier], discount: Decimal, promoted: list[Promotion]
) -> None:
    def worth(quote: Quote) -> Decimal:
        return quote.total_cents - quote.bonus_credits * 10

    fewer = price(credits, tiers, discount, promoted[:-1])
    assert worth(price(credits, tiers, discount, promoted)) <= worth(fewer)


@given(**sums)
def test_what_is_not_given_is_told(
    credits: Decimal, tiers: list[VolumeTier], discount: Decimal, promoted: list[Promotion]
) -> None:
    quote = price(credits, [], discount, promoted)
    assert len(quote.notes) == len(promoted) - len(quote.given)


def test_each_line_says_why_it_applies() -> None:
    code = Promotion(pk=1, name="Spring", code="SPRING", percent=Decimal("12.5"))
    quote = price_top_up(
        credits=Decimal(500), at=NOW, tiers=TIERS, subscribed=terms(), promotions=[code]
    )
    told = [(line.label, line.reason, line.amount_cents) for line in quote.lines]
    assert told == [
        ("500 credits", "$0.10 each", 5000),
        ("Volume discount", "10% off from 500 credits on", -500),
        ("Subscriber discount", "10% off top-ups with Works", -450),
        ("Spring", "12.5% off with code SPRING", -506),
    ]


def test_a_discount_stops_at_the_floor_and_says_so() -> None:
    sale = Promotion(pk=1, name="Half and more", percent=Decimal(90))
    quote = price_top_up(credits=Decimal(100), at=NOW, promotions=[sale])
    assert quote.total_cents == 500
    assert quote.lines[-1].reason == "90% off, as far as $0.05 a credit"


def test_of_two_that_do_not_combine_the_better_is_kept_and_the_quote_says_so() -> None:
    sale = Promotion(pk=1, name="Black Friday", percent=Decimal(20))
    code = Promotion(pk=2, name="Welcome", code="HELLO", percent=Decimal(10))
    quote = price_top_up(credits=Decimal(100), at=NOW, promotions=[sale, code])
    assert quote.total_cents == 800
    assert quote.notes == (
        "Code HELLO is not used: it can't be combined with Black Friday, which gives you more.",
    )
    better = replace_percent(code, 30)
    quote = price_top_up(credits=Decimal(100), at=NOW, promotions=[sale, better])
    assert quote.total_cents == 700
    assert quote.notes == ("Black Friday can't be combined with Welcome, which gives you more.",)


def replace_percent(promotion: Promotion, percent: int) -> Promotion:
    return Promotion(
        pk=promotion.pk, name=promotion.name, code=promotion.code, percent=Decimal(percent)
    )


def test_combinable_ones_add_up_percentages_first() -> None:
    percent = Promotion(pk=2, name="Ten", percent=Decimal(10), is_combinable=True)
    dollar = Promotion(pk=1, name="Dollar", off_cents=100, is_combinable=True)
    quote = price_top_up(credits=Decimal(100), at=NOW, promotions=[dollar, percent])
    assert [line.amount_cents for line in quote.lines] == [1000, -100, -100]


def test_bonus_credits_come_on_top_and_count_by_what_they_are_worth() -> None:
    bonus = Promotion(pk=1, name="Bonus", bonus_credits=Decimal(30))
    percent = Promotion(pk=2, name="Off", percent=Decimal(20))
    quote = price_top_up(credits=Decimal(100), at=NOW, promotions=[bonus, percent])
    assert (quote.total_cents, quote.bonus_credits) == (1000, Decimal(30))


def test_just_below_a_tier_the_quote_tells_that_more_costs_no_more() -> None:
    quote = price_top_up(credits=Decimal(96), at=NOW, tiers=TIERS)
    assert quote.notes == ("100 credits cost $9.50, which is no more than this.",)
    assert price_top_up(credits=Decimal(94), at=NOW, tiers=TIERS).notes == ()


def test_a_tier_that_is_not_for_sale_is_not_told_of(settings: Settings) -> None:
    settings.TOP_UP_MAXIMUM = Decimal(99)
    assert price_top_up(credits=Decimal(99), at=NOW, tiers=TIERS).notes == ()


@given(
    cents=st.integers(50, 10**6),
    credits=st.decimals(min_value="0.0001", max_value=10**6, places=4),
    promoted=st.lists(promotions(), max_size=4, unique_by=lambda each: each.pk),
)
def test_a_package_takes_one_promotion_the_best(
    cents: int, credits: Decimal, promoted: list[Promotion]
) -> None:
    version = terms()
    version.price_cents, version.credits = cents, credits
    quote = price_package(version=version, at=NOW, promotions=promoted)
    assert len(quote.given) <= 1
    floor = min(cents, int((credits * 5).to_integral_value(ROUND_CEILING)))
    assert floor <= quote.total_cents <= cents
    for each in promoted:
        alone = price_package(version=version, at=NOW, promotions=[each])
        worth = alone.total_cents - alone.bonus_credits * 10
        assert quote.total_cents - quote.bonus_credits * 10 <= worth


def test_a_quote_is_kept_as_json() -> None:
    quote = replace(price_top_up(credits=Decimal(500), at=NOW, tiers=TIERS), code="X")
    kept = quote.as_json()
    assert (kept["credits"], kept["code"], kept["total_cents"]) == ("500.0000", "X", 4500)
    assert kept["lines"][1]["percent"] == "10"


@pytest.mark.django_db
def test_the_first_tiers_are_there() -> None:
    kept = VolumeTier.objects.values_list("minimum_credits", "percent")
    assert list(kept) == [(100, 5), (500, 10), (1000, 15)]

"""The rules of discounts by themselves: amounts, ends, and lists of ids that open."""

from datetime import UTC, datetime
from typing import Any

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from stripe_sandbox.activity import Activity
from stripe_sandbox.billing.discounting import (
    Line,
    chosen_discounts,
    coupon_of,
    discount_amounts,
    new_discount,
    redeem,
)
from stripe_sandbox.errors import StripeError
from stripe_sandbox.expansion import expand, expandable
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.tests.shop import Shop, new_key

Json = dict[str, Any]

AMOUNTS = st.integers(-1_000_000, 99_999_999)
LINES = st.lists(
    st.tuples(AMOUNTS, st.sampled_from(["prod_a", "prod_b", None]), st.booleans()), max_size=8
)
PRODUCTS = st.sampled_from([None, {"products": ["prod_a"]}, {"products": ["prod_b", "prod_c"]}])
PERCENTAGES = st.integers(1, 10_000).map(lambda hundredths: hundredths / 100)


def terms(**wanted: Any) -> Json:
    return {
        "id": "TEST",
        "object": "coupon",
        "amount_off": None,
        "applies_to": None,
        "currency": None,
        "duration": "once",
        "duration_in_months": None,
        "max_redemptions": None,
        "percent_off": None,
        "redeem_by": None,
        "times_redeemed": 0,
        "valid": True,
    } | wanted


def eligible(lines: list[Line], applies_to: Json | None) -> list[int]:
    products = applies_to and applies_to["products"]
    return [
        max(amount, 0) if discountable and (not products or product in products) else 0
        for amount, product, discountable in lines
    ]


@given(LINES, PERCENTAGES, PRODUCTS)
def test_a_percentage_stays_within_each_line(
    lines: list[Line], percent: float, applies_to: Json | None
) -> None:
    taken = discount_amounts(terms(percent_off=percent, applies_to=applies_to), lines)
    hundredths = round(percent * 100)
    for off, base in zip(taken, eligible(lines, applies_to), strict=True):
        assert 0 <= off <= base
        assert off == (base * hundredths + 5000) // 10_000  # halves up


@given(LINES, st.integers(1, 99_999_999), PRODUCTS)
def test_an_amount_is_used_to_the_cent_as_far_as_there_is_something_to_discount(
    lines: list[Line], amount: int, applies_to: Json | None
) -> None:
    bases = eligible(lines, applies_to)
    taken = discount_amounts(terms(amount_off=amount, applies_to=applies_to), lines)
    assert sum(taken) == min(amount, sum(bases))
    for off, base in zip(taken, bases, strict=True):
        assert 0 <= off <= base
        if sum(bases):
            assert abs(off * sum(bases) - min(amount, sum(bases)) * base) < sum(bases)


def test_half_a_cent_is_rounded_in_favour_of_the_customer() -> None:
    assert discount_amounts(terms(percent_off=50.0), [(1, None, True), (3, None, True)]) == [1, 2]


def test_the_largest_remainders_get_the_last_cents() -> None:
    lines: list[Line] = [(100, None, True), (100, None, True), (100, None, True), (-50, None, True)]
    assert discount_amounts(terms(amount_off=100), lines) == [34, 33, 33, 0]


@pytest.fixture
def activity() -> Activity:
    sandbox = Sandbox()
    return Activity(sandbox, sandbox.account(new_key()))


def test_a_repeating_discount_ends_after_calendar_months(activity: Activity) -> None:
    start = int(datetime(2027, 11, 30, 12, tzinfo=UTC).timestamp())
    three = terms(percent_off=10.0, duration="repeating", duration_in_months=3)
    discount = new_discount(activity, three, None, start=start, subscription="sub_1")
    assert discount["end"] == int(datetime(2028, 2, 29, 12, tzinfo=UTC).timestamp())
    assert discount["subscription"] == "sub_1"
    for duration in ("once", "forever"):
        endless = new_discount(
            activity, terms(percent_off=10.0, duration=duration), None, start=start
        )
        assert endless["end"] is None


def test_a_discount_keeps_its_terms_when_its_coupon_is_replaced(activity: Activity) -> None:
    discount = new_discount(activity, terms(percent_off=10.0), None, start=0)
    activity.account.add(terms(percent_off=90.0))
    assert coupon_of(activity.account, discount["id"])["percent_off"] == 10.0


def test_an_existing_discount_can_be_named_even_when_its_coupon_is_used_up(
    activity: Activity,
) -> None:
    coupon = activity.account.add(terms(percent_off=10.0, max_redemptions=1))
    discount = new_discount(activity, coupon, None, start=0)
    redeem(activity, coupon, None)
    assert (coupon["times_redeemed"], coupon["valid"]) == (1, False)
    [(again, code)] = chosen_discounts(
        activity, [{"discount": discount["id"]}], "discounts", customer=None, currency="usd"
    )
    assert (again["id"], code) == ("TEST", None)


@pytest.mark.parametrize("entry", [{}, {"coupon": "TEST", "promotion_code": "promo_1"}])
def test_an_entry_names_exactly_one_thing(activity: Activity, entry: Json) -> None:
    with pytest.raises(StripeError) as caught:
        chosen_discounts(activity, [entry], "discounts", customer=None, currency="usd")
    assert caught.value.param == "discounts[0]"


def test_lists_of_ids_are_opened_one_by_one_and_deeper(activity: Activity) -> None:
    expandable("bundle of a test", "discounts")
    coupon = activity.account.add(terms(percent_off=10.0))
    ids = [new_discount(activity, coupon, None, start=0)["id"] for _ in range(2)]
    bundle = {"object": "bundle of a test", "discounts": [*ids, "di_gone"]}
    opened = expand(activity.account, bundle, ["discounts"])["discounts"]
    assert [each["id"] for each in opened[:2]] == ids and opened[2] == "di_gone"
    assert opened[0]["source"]["coupon"] == "TEST"
    bundle["discounts"] = ids
    deeper = expand(activity.account, bundle, ["discounts", "discounts.source.coupon"])
    assert deeper["discounts"][1]["source"]["coupon"]["percent_off"] == 10.0
    assert bundle["discounts"] == ids
    with pytest.raises(StripeError):
        expand(activity.account, bundle, ["discounts.end"])


def test_what_has_an_id_of_the_shops_own_making_is_opened_too(shop: Shop) -> None:
    shop.stripe.products.create({"id": "gold", "name": "Gold"})
    price = shop.stripe.prices.create(
        {"product": "gold", "currency": "usd", "unit_amount": 500, "expand": ["product"]}
    )
    assert isinstance(price.product, stripe.Product) and price.product.name == "Gold"

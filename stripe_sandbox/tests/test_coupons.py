"""Coupons: their terms, when they are valid, and what is refused."""

import time
from typing import Any

import pytest
import stripe

from stripe_sandbox.tests.shop import Shop

Refusal = stripe.InvalidRequestError


def until(condition: Any) -> None:
    """Wait for what happens by itself when its time has come."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_percentage_is_off_once_unless_asked_otherwise(shop: Shop) -> None:
    coupon = shop.stripe.coupons.create({"percent_off": 12.5, "metadata": {"why": "spring"}})
    assert (coupon.percent_off, coupon.amount_off, coupon.currency) == (12.5, None, None)
    assert (coupon.duration, coupon.duration_in_months) == ("once", None)
    assert (coupon.valid, coupon.times_redeemed) == (True, 0)
    assert len(coupon.id) == 8
    assert shop.stripe.coupons.retrieve(coupon.id) == coupon
    assert shop.event_types() == ["coupon.created"]


def test_an_amount_is_off_in_its_currency_for_some_months(shop: Shop) -> None:
    coupon = shop.stripe.coupons.create(
        {
            "id": "WELCOME",
            "name": "Welcome",
            "amount_off": 500,
            "currency": "USD",
            "duration": "repeating",
            "duration_in_months": 3,
            "max_redemptions": 10,
        }
    )
    assert (coupon.id, coupon.name) == ("WELCOME", "Welcome")
    assert (coupon.amount_off, coupon.currency, coupon.percent_off) == (500, "usd", None)
    assert (coupon.duration, coupon.duration_in_months) == ("repeating", 3)
    opened = shop.stripe.coupons.retrieve("WELCOME", {"expand": ["currency_options"]})
    assert opened.to_dict()["currency_options"] == {"usd": {"amount_off": 500}}


def test_the_products_a_coupon_applies_to_are_shown_on_demand(shop: Shop) -> None:
    product = shop.stripe.products.create({"name": "Pack"})
    coupon = shop.stripe.coupons.create(
        {"percent_off": 10, "applies_to": {"products": [product.id]}}
    )
    assert "applies_to" not in coupon
    opened = shop.stripe.coupons.retrieve(coupon.id, {"expand": ["applies_to"]})
    assert opened.applies_to and opened.applies_to.products == [product.id]
    for_all = shop.stripe.coupons.create({"percent_off": 10, "expand": ["applies_to"]})
    assert "applies_to" not in for_all


@pytest.mark.parametrize(
    ("terms", "param", "code"),
    [
        ({}, "percent_off", None),
        ({"percent_off": 10, "amount_off": 5, "currency": "usd"}, "percent_off", None),
        ({"percent_off": 0}, "percent_off", None),
        ({"percent_off": 100.01}, "percent_off", None),
        ({"percent_off": "much"}, "percent_off", None),
        ({"percent_off": 10, "currency": "usd"}, "currency", None),
        ({"amount_off": 5}, "currency", "parameter_missing"),
        ({"amount_off": 0, "currency": "usd"}, "amount_off", "parameter_invalid_integer"),
        ({"percent_off": 5, "duration": "repeating"}, "duration_in_months", "parameter_missing"),
        ({"percent_off": 5, "duration_in_months": 2}, "duration_in_months", None),
        ({"percent_off": 5, "duration": "weekly"}, "duration", None),
        ({"percent_off": 5, "max_redemptions": 0}, "max_redemptions", "parameter_invalid_integer"),
        ({"percent_off": 5, "redeem_by": 1}, "redeem_by", None),
        ({"percent_off": 5, "name": "x" * 41}, "name", None),
        (
            {"percent_off": 5, "applies_to": {"products": ["prod_gone"]}},
            "applies_to[products][0]",
            "resource_missing",
        ),
        (
            {"percent_off": 5, "currency_options": {"eur": {"amount_off": 1}}},
            "currency_options",
            None,
        ),
    ],
    ids=str,
)
def test_a_coupon_that_makes_no_sense_is_refused(
    shop: Shop, terms: dict[str, Any], param: str, code: str | None
) -> None:
    with pytest.raises(Refusal) as caught:
        shop.stripe.coupons.create(terms)  # type: ignore[arg-type]
    assert (caught.value.http_status, caught.value.param, caught.value.code) == (400, param, code)
    assert shop.stripe.coupons.list().data == []


def test_an_id_belongs_to_one_coupon_at_a_time(shop: Shop) -> None:
    shop.stripe.coupons.create({"id": "ONE", "percent_off": 5})
    with pytest.raises(Refusal) as caught:
        shop.stripe.coupons.create({"id": "ONE", "percent_off": 9})
    assert (caught.value.code, caught.value.param) == ("resource_already_exists", "id")
    shop.stripe.coupons.delete("ONE")
    assert shop.stripe.coupons.create({"id": "ONE", "percent_off": 9}).percent_off == 9


def test_only_name_and_metadata_of_a_coupon_change(shop: Shop) -> None:
    coupon = shop.stripe.coupons.create({"percent_off": 5, "metadata": {"a": "1"}})
    changed = shop.stripe.coupons.update(
        coupon.id, {"name": "Five", "metadata": {"a": "", "b": "2"}}
    )
    assert changed.name == "Five" and changed.metadata and changed.metadata.to_dict() == {"b": "2"}
    [event] = shop.events("coupon.updated")
    assert event["data"]["previous_attributes"] == {"name": None, "metadata": {"a": "1", "b": None}}
    with pytest.raises(Refusal) as caught:
        shop.stripe.coupons.update(coupon.id, {"percent_off": 50})  # type: ignore[arg-type]
    assert caught.value.code == "parameter_unknown"


def test_a_deleted_coupon_is_gone_and_its_codes_are_not_active(shop: Shop) -> None:
    coupon = shop.stripe.coupons.create({"percent_off": 5})
    code = shop.stripe.promotion_codes.create(
        {"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "FIVE"}
    )
    gone = shop.stripe.coupons.delete(coupon.id)
    assert gone.to_dict() == {"id": coupon.id, "object": "coupon", "deleted": True}
    for act in (shop.stripe.coupons.retrieve, shop.stripe.coupons.delete):
        with pytest.raises(Refusal) as caught:
            act(coupon.id)
        assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")
    assert shop.stripe.coupons.list().data == []
    assert not shop.stripe.promotion_codes.retrieve(code.id).active
    assert shop.event_types()[-2:] == ["coupon.deleted", "promotion_code.updated"]


def test_coupons_are_listed_newest_first_and_by_time(shop: Shop) -> None:
    first, second = (shop.stripe.coupons.create({"percent_off": 5}) for _ in range(2))
    assert [coupon.id for coupon in shop.stripe.coupons.list().data] == [second.id, first.id]
    page = shop.stripe.coupons.list({"limit": 1, "starting_after": second.id})
    assert [coupon.id for coupon in page.data] == [first.id]
    assert shop.stripe.coupons.list({"created": {"lt": first.created}}).data == []


def test_a_coupon_is_not_valid_after_its_last_moment(shop: Shop) -> None:
    coupon = shop.stripe.coupons.create({"percent_off": 5, "redeem_by": int(time.time()) + 2})
    code = shop.stripe.promotion_codes.create(
        {"promotion": {"type": "coupon", "coupon": coupon.id}}
    )
    assert coupon.valid and code.active
    until(lambda: not shop.stripe.coupons.retrieve(coupon.id).valid)
    assert not shop.stripe.promotion_codes.retrieve(code.id).active


def test_a_customer_has_no_discount_of_its_own(shop: Shop) -> None:
    customer = shop.stripe.customers.create()
    for method in ("GET", "DELETE"):
        answer = shop.call(method, f"/v1/customers/{customer.id}/discount")
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "resource_missing"
        assert shop.call(method, "/v1/customers/cus_none/discount").status_code == 404

"""Promotion codes: what they are called, who may use them, and when."""

import time
from typing import Any

import pytest
import stripe

from stripe_sandbox.tests.shop import Shop
from stripe_sandbox.tests.test_coupons import until

Refusal = stripe.InvalidRequestError


def make(shop: Shop, coupon_id: str | None = None, **wishes: Any) -> stripe.PromotionCode:
    coupon_id = coupon_id or shop.stripe.coupons.create({"percent_off": 20}).id
    wanted = {"promotion": {"type": "coupon", "coupon": coupon_id}, **wishes}
    return shop.stripe.promotion_codes.create(wanted)  # type: ignore[arg-type]


def refused(shop: Shop, **wishes: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        make(shop, **wishes)
    return caught.value


def test_a_code_stands_for_a_coupon(shop: Shop) -> None:
    coupon = shop.stripe.coupons.create({"percent_off": 20})
    code = make(shop, coupon.id, code="Spring-26", metadata={"by": "ann"})
    assert (code.code, code.active, code.times_redeemed) == ("Spring-26", True, 0)
    assert code.promotion.to_dict() == {"type": "coupon", "coupon": coupon.id}
    assert code.restrictions.to_dict() == {
        "first_time_transaction": False,
        "minimum_amount": None,
        "minimum_amount_currency": None,
    }
    assert code.id.startswith("promo_")
    assert shop.event_types() == ["coupon.created", "promotion_code.created"]
    opened = shop.stripe.promotion_codes.retrieve(code.id, {"expand": ["promotion.coupon"]})
    assert isinstance(opened.promotion.coupon, stripe.Coupon)
    assert opened.promotion.coupon.percent_off == 20


def test_a_code_without_a_word_gets_a_random_one(shop: Shop) -> None:
    first, second = make(shop), make(shop)
    for code in (first.code, second.code):
        assert len(code) == 8 and code.isalnum() and code == code.upper()
    assert first.code != second.code


@pytest.mark.parametrize(
    ("wishes", "param", "code"),
    [
        ({"promotion": {"type": "coupon"}}, "promotion[coupon]", "parameter_missing"),
        ({"promotion": {"coupon": "X"}}, "promotion[type]", "parameter_missing"),
        (
            {"promotion": {"type": "coupon", "coupon": "X"}},
            "promotion[coupon]",
            "resource_missing",
        ),
        ({"code": "10 % off"}, "code", None),
        ({"customer": "cus_nobody"}, "customer", "resource_missing"),
        ({"expires_at": 1}, "expires_at", None),
        ({"max_redemptions": 0}, "max_redemptions", "parameter_invalid_integer"),
        (
            {"restrictions": {"minimum_amount": 100}},
            "restrictions[minimum_amount_currency]",
            "parameter_missing",
        ),
        (
            {"restrictions": {"minimum_amount_currency": "usd"}},
            "restrictions[minimum_amount]",
            "parameter_missing",
        ),
        (
            {"restrictions": {"currency_options": {"eur": {"minimum_amount": 5}}}},
            "restrictions[currency_options]",
            None,
        ),
    ],
    ids=str,
)
def test_a_code_that_makes_no_sense_is_refused(
    shop: Shop, wishes: dict[str, Any], param: str, code: str | None
) -> None:
    refusal = refused(shop, **wishes)
    assert (refusal.http_status, refusal.param, refusal.code) == (400, param, code)
    assert shop.stripe.promotion_codes.list().data == []


def test_a_code_reaches_no_further_than_its_coupon(shop: Shop) -> None:
    end = int(time.time()) + 1000
    coupon = shop.stripe.coupons.create(
        {"percent_off": 5, "redeem_by": end, "max_redemptions": 3}
    ).id
    assert refused(shop, coupon_id=coupon, expires_at=end + 1).param == "expires_at"
    assert refused(shop, coupon_id=coupon, max_redemptions=4).param == "max_redemptions"
    code = make(shop, coupon, expires_at=end, max_redemptions=3)
    assert (code.expires_at, code.max_redemptions) == (end, 3)


def test_a_word_is_unique_among_active_codes_whatever_its_case(shop: Shop) -> None:
    first = make(shop, code="Hello")
    assert refused(shop, code="HELLO").param == "code"
    shop.stripe.promotion_codes.update(first.id, {"active": False})
    make(shop, code="HELLO")
    with pytest.raises(Refusal) as caught:
        shop.stripe.promotion_codes.update(first.id, {"active": True})
    assert caught.value.param == "active"


def test_customers_may_have_codes_called_the_same(shop: Shop) -> None:
    ann, bob = (shop.stripe.customers.create().id for _ in range(2))
    make(shop, code="MINE", customer=ann)
    make(shop, code="MINE", customer=bob)
    assert refused(shop, code="mine", customer=ann).param == "code"
    assert refused(shop, code="mine").param == "code"


def test_codes_are_found_by_word_coupon_customer_and_state(shop: Shop) -> None:
    ann = shop.stripe.customers.create().id
    coupon = shop.stripe.coupons.create({"percent_off": 5}).id
    own = make(shop, coupon, code="OWN", customer=ann)
    off = make(shop, coupon, code="OFF", active=False)
    other = make(shop, code="OTHER")

    def ids(**filters: Any) -> list[str]:
        return [code.id for code in shop.stripe.promotion_codes.list(filters).data]  # type: ignore[arg-type]

    assert ids() == [other.id, off.id, own.id]
    assert ids(code="own") == [own.id]
    assert ids(code="ow") == []
    assert ids(coupon=coupon) == [off.id, own.id]
    assert ids(customer=ann) == [own.id]
    assert ids(active=False) == [off.id]
    assert ids(created={"gt": other.created}) == []


def test_a_code_can_be_switched_off_and_on(shop: Shop) -> None:
    code = make(shop)
    shop.stripe.promotion_codes.update(code.id, {"active": False, "metadata": {"why": "test"}})
    again = shop.stripe.promotion_codes.update(code.id, {"active": True})
    assert again.active and again.metadata and again.metadata.to_dict() == {"why": "test"}
    first, second = shop.events("promotion_code.updated")
    assert first["data"]["previous_attributes"]["active"] is True
    assert second["data"]["previous_attributes"] == {"active": False}


def test_a_code_ends_by_itself_and_stays_ended(shop: Shop) -> None:
    code = make(shop, expires_at=int(time.time()) + 2)
    assert code.active
    until(lambda: not shop.stripe.promotion_codes.retrieve(code.id).active)
    with pytest.raises(Refusal) as caught:
        shop.stripe.promotion_codes.update(code.id, {"active": True})
    assert caught.value.param == "active"


def test_a_coupon_that_is_not_valid_gets_no_more_codes(shop: Shop) -> None:
    coupon = shop.stripe.coupons.create({"percent_off": 5, "max_redemptions": 1}).id
    code = make(shop, coupon)
    shop.pay(shop.open_session(discounts=[{"promotion_code": code.id}]).id).raise_for_status()
    refusal = refused(shop, coupon_id=coupon)
    assert (refusal.param, refusal.code) == ("promotion[coupon]", "coupon_expired")
    assert not shop.stripe.coupons.retrieve(coupon).valid

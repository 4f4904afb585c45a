"""Discounts of sessions by the API: what they come to, who is refused, when they are redeemed."""

import time
from typing import Any

import pytest
import stripe

from stripe_sandbox.tests.shop import Shop, line
from stripe_sandbox.tests.test_coupons import until
from stripe_sandbox.tests.test_promotion_codes import make

Refusal = stripe.InvalidRequestError


def coupon(shop: Shop, **terms: Any) -> str:
    return shop.stripe.coupons.create(terms).id  # type: ignore[arg-type]


def refused(shop: Shop, **wishes: Any) -> tuple[int | None, str | None, str | None]:
    before = len(shop.stripe.checkout.sessions.list().data)
    with pytest.raises(Refusal) as caught:
        shop.open_session(**wishes)
    assert len(shop.stripe.checkout.sessions.list().data) == before
    return caught.value.http_status, caught.value.param, caught.value.code


def by_coupon(coupon_id: str) -> Any:
    return [{"coupon": coupon_id}]


def by_code(code: stripe.PromotionCode) -> Any:
    return [{"promotion_code": code.id}]


def test_a_coupon_lowers_the_total_and_each_line(shop: Shop) -> None:
    wanted = coupon(shop, percent_off=25)
    session = shop.open_session(
        line_items=[line(1001), line(999, "Tip", 2)],
        discounts=by_coupon(wanted),
        expand=["line_items.data.discounts", "total_details.breakdown", "discounts.coupon"],
    )
    assert (session.amount_subtotal, session.amount_total) == (2999, 2249)
    assert session.allow_promotion_codes is None
    shown = session.to_dict()
    assert shown["total_details"]["amount_discount"] == 750
    [whole] = shown["total_details"]["breakdown"]["discounts"]
    assert whole["amount"] == 750 and whole["discount"]["checkout_session"] == session.id
    assert whole["discount"]["source"] == {"type": "coupon", "coupon": wanted}
    [given] = shown["discounts"]
    assert given["coupon"]["id"] == wanted and given["promotion_code"] is None
    first, second = shown["line_items"]["data"]
    assert (first["amount_subtotal"], first["amount_discount"], first["amount_total"]) == (
        1001,
        250,
        751,
    )
    assert (second["amount_discount"], second["amount_total"]) == (500, 1498)
    assert first["discounts"] == [{"amount": 250, "discount": whole["discount"]}]
    listed = shop.stripe.checkout.sessions.line_items.list(session.id)
    assert [item.amount_discount for item in listed.data] == [250, 500]


def test_a_discounted_session_is_paid_by_its_lower_total_and_redeemed(shop: Shop) -> None:
    code = make(shop, coupon(shop, amount_off=500, currency="usd"), code="FIVE")
    customer = shop.stripe.customers.create()
    session = shop.open_session(customer=customer.id, discounts=by_code(code))
    assert session.to_dict()["discounts"] == [{"coupon": None, "promotion_code": code.id}]
    assert shop.pay(session.id, card="4000000000000002").status_code == 402
    assert shop.stripe.promotion_codes.retrieve(code.id).times_redeemed == 0
    shop.pay(session.id).raise_for_status()
    intent = shop.stripe.payment_intents.retrieve(
        str(shop.stripe.checkout.sessions.retrieve(session.id).payment_intent)
    )
    assert (intent.amount, intent.amount_received) == (2000, 2000)
    [charge] = [each for each in shop.stripe.charges.list().data if each.paid]
    assert charge.amount == 2000
    assert shop.stripe.promotion_codes.retrieve(code.id).times_redeemed == 1
    assert shop.stripe.coupons.retrieve(str(code.promotion.coupon)).times_redeemed == 1
    for kind in ("coupon.updated", "promotion_code.updated"):
        [event] = shop.events(kind)
        assert event["data"]["previous_attributes"] == {"times_redeemed": 0}
    [done] = shop.events("checkout.session.completed")
    assert done["data"]["object"]["amount_total"] == 2000
    assert done["data"]["object"]["total_details"]["amount_discount"] == 500


def test_a_session_that_costs_nothing_needs_no_card(shop: Shop) -> None:
    wanted = coupon(shop, percent_off=100, max_redemptions=1)
    session = shop.open_session(discounts=by_coupon(wanted))
    assert (session.amount_total, session.payment_status) == (0, "no_payment_required")
    answer = shop.pay(session.id)
    paid = answer.json()["session"]
    assert (paid["status"], paid["payment_status"]) == ("complete", "no_payment_required")
    assert paid["payment_intent"] is None
    assert shop.stripe.charges.list().data == []
    assert not shop.stripe.coupons.retrieve(wanted).valid


def test_a_coupon_for_one_product_leaves_the_others_alone(shop: Shop) -> None:
    product = shop.stripe.products.create({"name": "Pack"})
    price = shop.stripe.prices.create(
        {"product": product.id, "currency": "usd", "unit_amount": 1000}
    )
    wanted = coupon(shop, percent_off=50, applies_to={"products": [product.id]})
    own = {"price": price.id, "quantity": 1}
    session = shop.open_session(line_items=[own, line(1000)], discounts=by_coupon(wanted))
    items = shop.stripe.checkout.sessions.line_items.list(session.id).data
    assert [item.amount_discount for item in items] == [500, 0]
    assert refused(shop, discounts=by_coupon(wanted)) == (
        400,
        "discounts[0][coupon]",
        "coupon_applies_to_nothing",
    )


def test_discounts_and_a_field_for_codes_exclude_each_other(shop: Shop) -> None:
    wanted = by_coupon(coupon(shop, percent_off=10))
    for allowed in (True, False):
        assert refused(shop, discounts=wanted, allow_promotion_codes=allowed) == (
            400,
            "allow_promotion_codes",
            None,
        )


def test_one_discount_is_the_most_and_names_one_thing(shop: Shop) -> None:
    one = by_coupon(coupon(shop, percent_off=10))
    assert refused(shop, discounts=one + one)[1] == "discounts"
    both = one[0] | {"promotion_code": make(shop).id}
    assert refused(shop, discounts=[both])[1] == "discounts[0]"


def test_unknown_coupons_and_codes_are_refused(shop: Shop) -> None:
    for way in ("coupon", "promotion_code"):
        assert refused(shop, discounts=[{way: "nothing"}]) == (
            400,
            f"discounts[0][{way}]",
            "resource_missing",
        )
    deleted = coupon(shop, percent_off=10)
    shop.stripe.coupons.delete(deleted)
    assert refused(shop, discounts=by_coupon(deleted))[2] == "resource_missing"


def test_a_refused_discount_leaves_no_inline_price_behind(shop: Shop) -> None:
    refused(shop, discounts=by_coupon("nothing"))
    assert shop.stripe.prices.list().data == []


def test_what_has_expired_is_refused(shop: Shop) -> None:
    soon = int(time.time()) + 2
    wanted = coupon(shop, percent_off=10, redeem_by=soon)
    by_its_coupon, by_itself = make(shop, wanted), make(shop, expires_at=soon)
    until(lambda: not shop.stripe.promotion_codes.retrieve(by_itself.id).active)
    until(lambda: not shop.stripe.coupons.retrieve(wanted).valid)
    assert refused(shop, discounts=by_coupon(wanted)) == (
        400,
        "discounts[0][coupon]",
        "coupon_expired",
    )
    for code in (by_its_coupon, by_itself):
        assert refused(shop, discounts=by_code(code)) == (
            400,
            "discounts[0][promotion_code]",
            "coupon_expired",
        )


def test_what_is_used_up_or_switched_off_is_refused(shop: Shop) -> None:
    wanted = coupon(shop, percent_off=10, max_redemptions=1)
    shop.pay(shop.open_session(discounts=by_coupon(wanted)).id).raise_for_status()
    assert refused(shop, discounts=by_coupon(wanted))[2] == "coupon_expired"
    code = make(shop, max_redemptions=1)
    shop.pay(shop.open_session(discounts=by_code(code)).id).raise_for_status()
    assert refused(shop, discounts=by_code(code))[2] == "coupon_expired"
    used = shop.stripe.promotion_codes.retrieve(code.id)
    assert (used.active, used.times_redeemed) == (False, 1)
    assert shop.stripe.coupons.retrieve(str(code.promotion.coupon)).valid
    assert refused(shop, discounts=by_code(make(shop, active=False))) == (
        400,
        "discounts[0][promotion_code]",
        None,
    )


def test_a_code_of_another_customer_is_refused(shop: Shop) -> None:
    ann, bob = (shop.stripe.customers.create().id for _ in range(2))
    own = by_code(make(shop, customer=ann))
    assert shop.open_session(customer=ann, discounts=own).amount_total == 2000
    for other in ({"customer": bob}, {}):
        assert refused(shop, discounts=own, **other)[1] == "discounts[0][promotion_code]"


def test_a_code_may_ask_for_a_minimum_in_a_currency(shop: Shop) -> None:
    least = {"minimum_amount": 2500, "minimum_amount_currency": "usd"}
    wanted = by_code(make(shop, restrictions=least))
    assert shop.open_session(discounts=wanted).amount_total == 2000
    low, euros = [line(2499)], [line(2500, currency="eur")]
    for items in (low, euros):
        param = refused(shop, discounts=wanted, line_items=items)[1]
        assert param == "discounts[0][promotion_code]"


def test_a_code_for_first_purchases_is_refused_to_who_has_paid(shop: Shop) -> None:
    wanted = by_code(make(shop, restrictions={"first_time_transaction": True}))
    customer = shop.stripe.customers.create().id
    declined = shop.open_session(customer=customer, discounts=wanted)
    assert shop.pay(declined.id, card="4000000000000002").status_code == 402
    waiting = shop.open_session(customer=customer, discounts=wanted)
    shop.pay(declined.id).raise_for_status()
    assert refused(shop, customer=customer, discounts=wanted)[1] == "discounts[0][promotion_code]"
    assert shop.pay(waiting.id).status_code == 400
    assert shop.open_session(discounts=wanted).amount_total == 2000


def test_an_amount_in_another_currency_is_refused(shop: Shop) -> None:
    wanted = coupon(shop, amount_off=500, currency="eur")
    assert refused(shop, discounts=by_coupon(wanted)) == (400, "discounts[0][coupon]", None)


def test_a_total_too_small_for_a_card_is_refused(shop: Shop) -> None:
    wanted = coupon(shop, amount_off=2451, currency="usd")
    assert refused(shop, discounts=by_coupon(wanted)) == (400, "line_items", "amount_too_small")
    more = coupon(shop, amount_off=9900, currency="usd")
    assert shop.open_session(discounts=by_coupon(more)).amount_total == 0


def test_the_second_of_two_sessions_cannot_redeem_what_the_first_used_up(shop: Shop) -> None:
    code = make(shop, max_redemptions=1)
    first, second = (shop.open_session(discounts=by_code(code)) for _ in range(2))
    shop.pay(first.id).raise_for_status()
    answer = shop.pay(second.id)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "coupon_expired")
    left = shop.stripe.checkout.sessions.retrieve(second.id)
    assert (left.status, left.amount_total, left.to_dict()["discounts"]) == ("open", 2500, [])
    assert len(shop.stripe.charges.list().data) == 1
    shop.pay(second.id).raise_for_status()
    assert [charge.amount for charge in shop.stripe.charges.list().data] == [2500, 2000]
    assert shop.stripe.promotion_codes.retrieve(code.id).times_redeemed == 1


def test_a_discount_used_up_while_the_bank_asks_is_not_given(shop: Shop) -> None:
    code = make(shop, max_redemptions=1)
    first, second = (
        shop.open_session(discounts=by_code(code), customer_email="bob@example.com")
        for _ in range(2)
    )
    page = f"/c/pay/{second.id}"
    shop.http.post(page, data={"test_card": "4000000000003220"})
    shop.pay(first.id).raise_for_status()
    answer = shop.http.post(f"{page}/authenticate", data={"result": "complete"})
    assert answer.status_code == 402 and "taken off" in answer.text
    shop.pay(second.id, card="4000000000003220").raise_for_status()
    assert sorted(charge.amount for charge in shop.stripe.charges.list().data) == [2000, 2500]

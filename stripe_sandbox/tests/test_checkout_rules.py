"""Which parameters and lines a Checkout session can have together, by its mode."""

import time
from typing import Any

import pytest
import stripe

from stripe_sandbox.tests.plan_sale import plan
from stripe_sandbox.tests.shop import Shop, line

DAY = 24 * 3600
SUBSCRIPTION: dict[str, Any] = {"mode": "subscription", "line_items": [plan()]}
SETUP: dict[str, Any] = {"mode": "setup", "line_items": None, "currency": "usd"}


def refused(shop: Shop, **wishes: Any) -> stripe.InvalidRequestError:
    sent = {
        "mode": "payment",
        "success_url": "https://shop.example/thanks",
        "line_items": [line(2500)],
        **wishes,
    }
    sent = {name: value for name, value in sent.items() if value is not None}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.stripe.checkout.sessions.create(sent)  # type: ignore[arg-type]
    assert shop.stripe.checkout.sessions.list().data == []
    assert shop.stripe.prices.list().data == []
    return caught.value


@pytest.mark.parametrize(
    ("mode", "change", "param"),
    [
        (SUBSCRIPTION, {"payment_intent_data": {"metadata": {"a": "b"}}}, "payment_intent_data"),
        (SUBSCRIPTION, {"setup_intent_data": {"metadata": {"a": "b"}}}, "setup_intent_data"),
        (SUBSCRIPTION, {"invoice_creation": {"enabled": True}}, "invoice_creation"),
        (SUBSCRIPTION, {"customer_creation": "always"}, "customer_creation"),
        (SUBSCRIPTION, {"payment_method_types": ["us_bank_account"]}, "payment_method_types"),
        (SUBSCRIPTION, {"line_items": None}, "line_items"),
        (SUBSCRIPTION, {"line_items": [line(2500)]}, "line_items"),
        (SUBSCRIPTION, {"line_items": [plan(), plan(interval="year")]}, "line_items"),
        (SUBSCRIPTION, {"line_items": [plan(), plan(interval_count=3)]}, "line_items"),
        (SUBSCRIPTION, {"line_items": [plan(), line(500, currency="eur")]}, "line_items"),
        (SUBSCRIPTION, {"line_items": [plan(100, str(at)) for at in range(21)]}, "line_items"),
        ({}, {"subscription_data": {"metadata": {"a": "b"}}}, "subscription_data"),
        ({}, {"payment_method_collection": "always"}, "payment_method_collection"),
        ({}, {"line_items": [plan()]}, "line_items[0][price]"),
        ({}, {"submit_type": "subscribe"}, "submit_type"),
        ({}, {"setup_intent_data": {"description": "x"}}, "setup_intent_data"),
        (SETUP, {"line_items": [line(500)]}, "line_items"),
        (SETUP, {"currency": None}, "currency"),
        (SETUP, {"allow_promotion_codes": True}, "allow_promotion_codes"),
        (SETUP, {"discounts": [{"coupon": "x"}]}, "discounts"),
        (SETUP, {"payment_intent_data": {"description": "x"}}, "payment_intent_data"),
        (SETUP, {"subscription_data": {"description": "x"}}, "subscription_data"),
        (SETUP, {"payment_method_types": ["card", "us_bank_account"]}, "payment_method_types"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_its_mode_cannot_have_is_refused(
    shop: Shop, mode: dict[str, Any], change: dict[str, Any], param: str
) -> None:
    refusal = refused(shop, **{**mode, **change})
    assert (refusal.http_status, refusal.param) == (400, param)


@pytest.mark.parametrize(
    ("data", "param"),
    [
        ({"trial_period_days": 0}, "[trial_period_days]"),
        ({"trial_period_days": 731}, "[trial_period_days]"),
        ({"trial_end": 1}, "[trial_end]"),
        ({"trial_end": int(time.time()) + DAY}, "[trial_end]"),
        ({"trial_end": int(time.time()) + 740 * DAY}, "[trial_end]"),
        ({"trial_end": int(time.time()) + 3 * DAY, "trial_period_days": 3}, "[trial_end]"),
        ({"billing_mode": {"type": "classic"}}, "[billing_mode][type]"),
        ({"billing_cycle_anchor": 4_000_000_000}, "[billing_cycle_anchor]"),
        ({"default_tax_rates": ["txr_1"]}, "[default_tax_rates]"),
        ({"surprise": "1"}, "[surprise]"),
        (
            {"trial_settings": {"end_behavior": {"missing_payment_method": "beg"}}},
            "[trial_settings][end_behavior]",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "+".join(value),
)
def test_a_subscription_that_cannot_be_sold_is_refused(
    shop: Shop, data: dict[str, Any], param: str
) -> None:
    refusal = refused(shop, **SUBSCRIPTION, subscription_data=data)
    assert refusal.http_status == 400
    assert (refusal.param or "").startswith(f"subscription_data{param}")


def test_one_price_cannot_be_two_items(shop: Shop) -> None:
    product = shop.stripe.products.create({"name": "Plan"})
    price = shop.stripe.prices.create(
        {
            "product": product.id,
            "currency": "usd",
            "unit_amount": 500,
            "recurring": {"interval": "month"},
        }
    )
    twice = [{"price": price.id, "quantity": 1}] * 2
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.open_session(mode="subscription", line_items=twice)
    assert caught.value.param == "line_items"


def test_a_customer_is_billed_in_one_currency(shop: Shop) -> None:
    customer = shop.stripe.customers.create().id
    euros = line(900, currency="eur")
    euros["price_data"]["recurring"] = {"interval": "month"}
    wishes: dict[str, Any] = {"mode": "subscription", "customer": customer}
    waiting = shop.open_session(**wishes, line_items=[euros])
    shop.pay(shop.open_session(**wishes, line_items=[plan()]).id).raise_for_status()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.open_session(**wishes, line_items=[euros])
    assert caught.value.param == "line_items"
    assert shop.pay(waiting.id).status_code == 400
    assert len(shop.stripe.subscriptions.list().data) == 1

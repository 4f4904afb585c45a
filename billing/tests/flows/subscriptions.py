"""Subscriptions begin, renew and end; the account's own clock moves."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from billing.tests.flows.steps import (
    BROKE,
    DECLINED,
    MONTH_AND_A_DAY,
    Flow,
    advance,
    keep,
    new_customer,
    price,
    subscribe,
)
from stripe_sandbox.tests.shop import Shop


def subscription_started(shop: Shop) -> None:
    subscribe(shop, metadata={"plan": "starter"})
    shop.wait_for_event("invoice_payment.paid")


def subscription_not_paid(shop: Shop) -> None:
    subscribe(shop, BROKE)
    advance(shop, 1)
    assert shop.events("customer.subscription.updated")


def card_declined_off_session(shop: Shop) -> None:
    with pytest.raises(stripe.CardError):
        subscribe(shop, BROKE, payment_behavior="error_if_incomplete")


def subscription_with_a_trial(shop: Shop) -> None:
    subscribe(shop, trial_period_days=7)
    advance(shop, 8)
    shop.wait_for_event("customer.subscription.trial_will_end")
    shop.wait_for_event("invoice.paid", 2)


def subscription_at_a_discount(shop: Shop) -> None:
    coupon = shop.stripe.coupons.create({"percent_off": 25, "duration": "forever"})
    promotion: Any = {"type": "coupon", "coupon": coupon.id}
    code = shop.stripe.promotion_codes.create({"promotion": promotion, "code": "SPRING"})
    subscribe(shop, discounts=[{"coupon": coupon.id}])
    subscribe(shop, discounts=[{"promotion_code": code.id}])
    shop.wait_for_event("customer.discount.created", 2)
    shop.wait_for_event("invoice_payment.paid", 2)


def renewed(shop: Shop) -> None:
    subscribe(shop)
    advance(shop, MONTH_AND_A_DAY)
    shop.wait_for_event("invoice_payment.paid", 2)


def renewal_recovered(shop: Shop) -> None:
    subscription = subscribe(shop)
    keep(shop, subscription["customer"], BROKE)
    advance(shop, MONTH_AND_A_DAY)
    shop.wait_for_event("invoice.payment_failed")
    keep(shop, subscription["customer"], "pm_card_visa")
    newest = shop.stripe.invoices.list({"subscription": subscription["id"]}).data[0]
    shop.stripe.invoices.pay(newest.id)
    shop.wait_for_event("invoice_payment.paid", 2)


def renewal_given_up(shop: Shop) -> None:
    subscription = subscribe(shop)
    keep(shop, subscription["customer"], BROKE)
    advance(shop, 60)
    shop.wait_for_event("customer.subscription.deleted")


def canceled_at_the_end_of_the_period(shop: Shop) -> None:
    subscription = subscribe(shop)["id"]
    for wish in (True, False, True):
        shop.stripe.subscriptions.update(subscription, {"cancel_at_period_end": wish})
    advance(shop, MONTH_AND_A_DAY)
    shop.wait_for_event("customer.subscription.deleted")


def canceled_now(shop: Shop) -> None:
    shop.stripe.subscriptions.cancel(subscribe(shop)["id"])
    shop.wait_for_event("customer.subscription.deleted")


def open_subscription_session(shop: Shop, **more: Any) -> stripe.checkout.Session:
    """Open a Checkout of a subscription."""
    return shop.open_session(
        mode="subscription",
        customer=new_customer(shop),
        line_items=[{"price": price(shop), "quantity": 1}],
        metadata={"subscription": "7"},
        **{"subscription_data": {"metadata": {"subscription": "7"}}} | more,
    )


def checkout_of_a_subscription(shop: Shop) -> None:
    session = open_subscription_session(shop)
    assert shop.pay(session.id, card=DECLINED).status_code == 402
    assert shop.pay(session.id).status_code == 200
    shop.wait_for_event("invoice_payment.paid")


def checkout_of_a_trial(shop: Shop) -> None:
    session = open_subscription_session(shop, subscription_data={"trial_period_days": 7})
    assert shop.pay(session.id).status_code == 200
    shop.wait_for_event("customer.subscription.created")


def checkout_of_a_subscription_at_a_discount(shop: Shop) -> None:
    coupon = shop.stripe.coupons.create({"percent_off": 25, "duration": "once"})
    session = open_subscription_session(shop, discounts=[{"coupon": coupon.id}])
    assert shop.pay(session.id).status_code == 200
    shop.wait_for_event("invoice_payment.paid")


def lived_by_a_test_clock(shop: Shop) -> None:
    clocks = shop.stripe.test_helpers.test_clocks
    clock = clocks.create({"frozen_time": 1_767_225_600})
    paying = new_customer(shop, "pm_card_visa", test_clock=clock.id)
    subscribe(shop, customer=paying)
    clocks.advance(clock.id, {"frozen_time": clock.frozen_time + 32 * 24 * 3600})
    shop.wait_for_event("test_helpers.test_clock.ready")
    shop.wait_for_event("invoice_payment.paid", 2)


FLOWS: list[Flow] = [
    subscription_started,
    subscription_not_paid,
    card_declined_off_session,
    subscription_with_a_trial,
    subscription_at_a_discount,
    renewed,
    renewal_recovered,
    renewal_given_up,
    canceled_at_the_end_of_the_period,
    canceled_now,
    checkout_of_a_subscription,
    checkout_of_a_trial,
    checkout_of_a_subscription_at_a_discount,
    lived_by_a_test_clock,
]

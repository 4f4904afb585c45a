"""Subscribing by Checkout where nothing is due today: trials, and discounts of all of it."""

import time
from typing import Any

from stripe_sandbox.tests.plan_sale import (
    nothing_begun,
    open_plan,
    paid,
    plan,
)
from stripe_sandbox.tests.shop import Shop, line
from stripe_sandbox.tests.subscriber import DAY, HOUR, START, Subscriber, item_of
from stripe_sandbox.tests.test_promotion_codes import make

MONTH = 31 * DAY
TRIAL = {"trial_period_days": 14}
TOLD = [
    "setup_intent.created",
    "payment_method.attached",
    "setup_intent.succeeded",
    "customer.created",
    "customer.updated",
    "checkout.session.completed",
    "customer.subscription.created",
    "invoice.created",
    "invoice.finalized",
    "invoice.paid",
    "invoice.payment_succeeded",
]


def test_a_trial_saves_the_card_and_charges_nothing(shop: Shop) -> None:
    session = open_plan(shop, subscription_data=TRIAL, customer_email="bob@example.com")
    assert (session.amount_total, session.payment_status) == (0, "no_payment_required")
    done = paid(shop, session)
    assert shop.event_types() == TOLD
    assert (done["payment_status"], done["setup_intent"]) == ("no_payment_required", None)
    subscription = done["subscription"]
    assert (subscription["status"], subscription["pending_setup_intent"]) == ("trialing", None)
    assert subscription["trial_end"] - subscription["trial_start"] == 14 * DAY
    assert (done["invoice"]["status"], done["invoice"]["total"]) == ("paid", 0)
    [intent] = shop.stripe.setup_intents.list().data
    assert (intent.status, intent.customer) == ("succeeded", done["customer"]["id"])
    assert subscription["default_payment_method"] == intent.payment_method
    assert shop.stripe.charges.list().data == []
    [created] = shop.events("customer.subscription.created")
    assert created["data"]["object"]["status"] == "trialing"


def test_a_trial_is_billed_when_it_ends(shop: Shop) -> None:
    buyer = Subscriber(shop, card=None)
    session = open_plan(
        shop, customer=buyer.customer, subscription_data={"trial_end": START + 3 * DAY}
    )
    done = paid(shop, session)
    assert item_of(done["subscription"])["current_period_end"] == START + 3 * DAY
    buyer.advance(START + 3 * DAY + HOUR)
    [_, first] = buyer.invoices()
    assert (first["status"], first["amount_paid"]) == ("paid", 1999)
    assert buyer.now_of(shop.stripe.subscriptions.list().data[0])["status"] == "active"


def test_a_trial_that_asks_for_no_card_needs_none(shop: Shop) -> None:
    cancels = {"end_behavior": {"missing_payment_method": "cancel"}}
    session = open_plan(
        shop,
        payment_method_collection="if_required",
        subscription_data={**TRIAL, "trial_settings": cancels},
        customer_email="bob@example.com",
    )
    page = f"/c/pay/{session.id}"
    assert "test_card" not in shop.http.get(page).text
    assert shop.http.post(page).status_code == 303
    [subscription] = shop.stripe.subscriptions.list().data
    assert (subscription.status, subscription.default_payment_method) == ("trialing", None)
    assert subscription.trial_settings
    assert subscription.trial_settings.end_behavior.missing_payment_method == "cancel"
    assert shop.stripe.setup_intents.list().data == []
    assert shop.stripe.payment_methods.list().data == []


def test_a_card_that_cannot_be_saved_begins_no_trial(shop: Shop) -> None:
    session = open_plan(shop, subscription_data=TRIAL)
    answer = shop.pay(session.id, card="4000000000000002")
    assert (answer.status_code, answer.json()["error"]["code"]) == (402, "card_declined")
    assert shop.event_types() == ["setup_intent.created", "setup_intent.setup_failed"]
    assert nothing_begun(shop) and shop.stripe.customers.list().data == []
    paid(shop, session)
    [intent] = shop.stripe.setup_intents.list().data
    assert (intent.status, intent.last_setup_error) == ("succeeded", None)
    assert len(shop.stripe.subscriptions.list().data) == 1


def test_a_trial_may_need_the_bank_first(shop: Shop) -> None:
    session = open_plan(shop, subscription_data=TRIAL, customer_email="bob@example.com")
    page = f"/c/pay/{session.id}"
    asked = shop.http.post(page, data={"test_card": "4000002500003155"})
    assert (asked.status_code, asked.headers["location"]) == (303, f"{page}/authenticate")
    assert "your card may be charged later" in shop.http.get(f"{page}/authenticate").text
    [intent] = shop.stripe.setup_intents.list().data
    way = shop.http.get(f"/authenticate/{intent.id}")
    assert (way.status_code, way.headers["location"].endswith(f"{page}/authenticate")) == (
        303,
        True,
    )
    assert shop.call("POST", f"/v1/setup_intents/{intent.id}/cancel").status_code == 400
    assert nothing_begun(shop)
    done = shop.http.post(f"{page}/authenticate", data={"result": "complete"})
    assert done.status_code == 303
    [subscription] = shop.stripe.subscriptions.list().data
    assert subscription.status == "trialing"


def test_what_is_sold_once_beside_a_trial_is_paid_today(shop: Shop) -> None:
    session = open_plan(shop, line_items=[plan(), line(500, "Setting up")], subscription_data=TRIAL)
    assert session.amount_total == 500
    done = paid(shop, session)
    assert (done["payment_status"], done["subscription"]["status"]) == ("paid", "trialing")
    assert [each["amount"] for each in done["invoice"]["lines"]["data"]] == [0, 500]
    assert [charge.amount for charge in shop.stripe.charges.list().data] == [500]


def coupon(shop: Shop, **terms: Any) -> str:
    return shop.stripe.coupons.create({"percent_off": 100} | terms).id  # type: ignore[arg-type]


def test_a_discount_of_all_of_it_needs_a_card_for_what_comes(shop: Shop) -> None:
    session = open_plan(shop, discounts=[{"coupon": coupon(shop)}])
    assert session.payment_status == "no_payment_required"
    done = paid(shop, session)
    assert (done["payment_status"], done["subscription"]["status"]) == (
        "no_payment_required",
        "active",
    )
    assert (done["invoice"]["subtotal"], done["invoice"]["total"]) == (1999, 0)
    assert done["subscription"]["default_payment_method"]
    assert shop.stripe.charges.list().data == []


def test_a_code_for_all_of_it_entered_after_a_decline_ends_the_payment(shop: Shop) -> None:
    forever = coupon(shop, duration="forever")
    make(shop, forever, code="FREE")
    session = open_plan(
        shop,
        allow_promotion_codes=True,
        customer_email="bob@example.com",
        payment_method_collection="if_required",
    )
    page = f"/c/pay/{session.id}"
    shop.http.post(page, data={"test_card": "4000000000000002"})
    shop.http.post(f"{page}/promotion_code", data={"promotion_code": "FREE"})
    assert shop.http.post(page).status_code == 303
    assert [each.status for each in shop.stripe.payment_intents.list().data] == ["canceled"]
    [subscription] = shop.stripe.subscriptions.list().data
    assert (subscription.status, subscription.default_payment_method) == ("active", None)


def test_a_coupon_for_one_invoice_waits_for_the_end_of_the_trial(shop: Shop) -> None:
    buyer = Subscriber(shop, card=None)
    half = coupon(shop, percent_off=50)
    session = open_plan(
        shop, customer=buyer.customer, discounts=[{"coupon": half}], subscription_data=TRIAL
    )
    done = paid(shop, session)
    assert len(done["subscription"]["discounts"]) == 1
    buyer.advance(START + 14 * DAY + HOUR)
    assert [invoice["amount_paid"] for invoice in buyer.invoices()] == [0, 999]


def test_a_trial_that_is_over_meanwhile_is_not_begun(shop: Shop) -> None:
    buyer = Subscriber(shop, card=None)
    session = open_plan(
        shop, customer=buyer.customer, subscription_data={"trial_end": START + 3 * DAY}
    )
    buyer.advance(START + 4 * DAY)
    answer = shop.pay(session.id)
    assert answer.status_code == 400 and "over" in answer.json()["error"]["message"]
    assert nothing_begun(shop)


def test_a_trials_end_is_some_days_ahead(shop: Shop) -> None:
    end = int(time.time()) + 3 * DAY
    done = paid(shop, open_plan(shop, subscription_data={"trial_end": end}))
    assert done["subscription"]["trial_end"] == end

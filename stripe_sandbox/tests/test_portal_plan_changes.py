"""Customers change their plan on the portal: see what is due, and pay it."""

from typing import Any

import pytest
import stripe

from stripe_sandbox.tests.portal import Portal, configure, features_of, hidden_fields, text_at
from stripe_sandbox.tests.shop import Shop
from stripe_sandbox.tests.subscriber import DAY, HOUR, START, Subscriber, item_of

MONTH = 31 * DAY


@pytest.fixture
def buyer(shop: Shop) -> Subscriber:
    return Subscriber(shop)


def portal_of(buyer: Subscriber, **updates: Any) -> Portal:
    feature = features_of(buyer)["subscription_update"] | updates
    return Portal(buyer, configure(buyer, subscription_update=feature))


def way_of(subscription: stripe.Subscription) -> str:
    return f"/subscriptions/{subscription.id}/plan"


def plan_of(buyer: Subscriber, subscription: stripe.Subscription) -> str:
    price_id = item_of(buyer.now_of(subscription))["price"]["id"]
    return next(name for name, each in buyer.prices.items() if each == price_id)


def cents(text: str) -> int:
    return round(float(text.removesuffix(" USD").replace(",", "")) * 100)


def test_the_plans_of_the_configuration_are_offered(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    page = portal_of(buyer).get(way_of(subscription)).text
    for text in ("your plan now", "Professional", "49.99 USD a month", "Enterprise"):
        assert text in page


def test_an_upgrade_charges_today_what_the_page_showed(buyer: Subscriber) -> None:
    """The portal's upgrade bills the difference for the time that is left, at once."""
    subscription, portal = buyer.subscribe(), portal_of(buyer)
    buyer.advance(START + 10 * DAY)
    step, price = f"{way_of(subscription)}/confirm", buyer.prices["professional"]
    page = portal.get(step, price=price).text
    left = 21 * DAY
    due = 4999 * left // MONTH - 1999 * left // MONTH - 1
    assert cents(text_at(page, "due")) in (due, due + 1)
    assert text_at(page, "later") == "49.99 USD a month" and "From 1 February 2026" in page
    assert plan_of(buyer, subscription) == "starter"
    before = len(buyer.shop.event_types())
    done = portal.post(step, **hidden_fields(page))
    assert done.headers["location"] == f"{portal.path}?told=changed"
    assert plan_of(buyer, subscription) == "professional"
    invoice = buyer.invoices()[-1]
    assert invoice["amount_paid"] == cents(text_at(page, "due"))
    assert invoice["billing_reason"] == "subscription_update"
    types = buyer.told_since(before)
    assert types.count("invoiceitem.created") == 2
    assert types.index("customer.subscription.updated") < types.index("invoice.paid")


def test_the_amounts_are_those_of_the_moment_they_were_shown(buyer: Subscriber) -> None:
    subscription, portal = buyer.subscribe(), portal_of(buyer)
    buyer.advance(START + 10 * DAY)
    step = f"{way_of(subscription)}/confirm"
    page = portal.get(step, price=buyer.prices["enterprise"]).text
    buyer.advance(START + 10 * DAY + 600)
    assert portal.post(step, **hidden_fields(page)).status_code == 303
    assert buyer.invoices()[-1]["amount_paid"] == cents(text_at(page, "due"))
    late = portal.get(step, price=buyer.prices["starter"]).text
    buyer.advance(START + 11 * DAY)
    refused = portal.post(step, **hidden_fields(late))
    assert refused.status_code == 400 and "look at them again" in refused.text


def test_a_downgrade_is_credited(buyer: Subscriber) -> None:
    subscription, portal = buyer.subscribe("enterprise"), portal_of(buyer)
    buyer.advance(START + MONTH // 2)
    page = portal.get(f"{way_of(subscription)}/confirm", price=buyer.prices["starter"]).text
    assert text_at(page, "due") == "0.00 USD"
    assert "40.00 USD are credited to you" in page
    portal.confirm(subscription.id, buyer.prices["starter"])
    assert plan_of(buyer, subscription) == "starter"
    customer = buyer.shop.stripe.customers.retrieve(buyer.customer)
    assert customer.balance == -4000


def test_prorations_wait_for_the_renewal_where_the_shop_wants_that(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    portal = portal_of(buyer, proration_behavior="create_prorations")
    buyer.advance(START + MONTH // 2)
    page = portal.get(f"{way_of(subscription)}/confirm", price=buyer.prices["enterprise"]).text
    assert (text_at(page, "due"), text_at(page, "later")) == ("0.00 USD", "139.99 USD")
    portal.confirm(subscription.id, buyer.prices["enterprise"])
    assert len(buyer.invoices()) == 1
    buyer.advance(START + MONTH + HOUR)
    assert buyer.invoices()[-1]["total"] == 13999


def test_a_declined_upgrade_changes_nothing(buyer: Subscriber) -> None:
    subscription, portal = buyer.subscribe(), portal_of(buyer)
    buyer.keep("pm_card_chargeCustomerFail")
    before, was = len(buyer.shop.event_types()), buyer.now_of(subscription)
    answer = portal.confirm(subscription.id, buyer.prices["professional"])
    assert answer.status_code == 402
    assert "Your card was declined. You have not been charged" in answer.text
    assert buyer.now_of(subscription) == was
    assert buyer.told_since(before) == []


def test_without_a_card_the_customer_is_told_to_add_one(buyer: Subscriber) -> None:
    subscription, portal = buyer.subscribe(), portal_of(buyer)
    buyer.shop.stripe.payment_methods.detach(
        buyer.shop.stripe.payment_methods.list({"customer": buyer.customer}).data[0].id
    )
    answer = portal.confirm(subscription.id, buyer.prices["professional"])
    assert answer.status_code == 400 and "Use another card" in answer.text
    assert plan_of(buyer, subscription) == "starter"


def test_the_bank_is_asked_before_the_plan_changes(buyer: Subscriber) -> None:
    subscription, portal = buyer.subscribe(), portal_of(buyer)
    buyer.keep("pm_card_authenticationRequired")
    asked = portal.confirm(subscription.id, buyer.prices["professional"])
    bank = f"{way_of(subscription)}/authenticate"
    assert asked.headers["location"] == portal.path + bank
    assert "30.00 USD" in portal.get(bank).text
    assert plan_of(buyer, subscription) == "starter"
    assert "waits until your bank confirms" in portal.get().text
    done = portal.post(bank, result="complete")
    assert done.headers["location"] == f"{portal.path}?told=changed"
    assert plan_of(buyer, subscription) == "professional"
    assert buyer.now_of(subscription)["pending_update"] is None
    assert buyer.invoices()[-1]["status"] == "paid"
    assert portal.post(bank, result="complete").status_code == 409


def test_a_bank_that_refuses_leaves_the_plan_as_it_was(buyer: Subscriber) -> None:
    subscription, portal = buyer.subscribe(), portal_of(buyer)
    buyer.keep("pm_card_authenticationRequired")
    portal.confirm(subscription.id, buyer.prices["professional"])
    failed = portal.post(f"{way_of(subscription)}/authenticate", result="fail")
    assert failed.status_code == 402 and "Your plan is not changed." in failed.text
    now = buyer.now_of(subscription)
    assert (now["status"], now["pending_update"]) == ("active", None)
    assert plan_of(buyer, subscription) == "starter"
    assert buyer.invoices()[-1]["status"] == "void"


def test_a_change_ends_a_trial_and_charges_the_first_period(buyer: Subscriber) -> None:
    subscription = buyer.subscribe(trial_period_days=14)
    portal = portal_of(buyer)
    buyer.advance(START + 4 * DAY)
    page = portal.get(f"{way_of(subscription)}/confirm", price=buyer.prices["professional"]).text
    assert text_at(page, "due") == "49.99 USD"
    portal.confirm(subscription.id, buyer.prices["professional"])
    now = buyer.now_of(subscription)
    assert (now["status"], now["trial_end"]) == ("active", START + 4 * DAY)
    assert item_of(now)["current_period_end"] == START + 35 * DAY
    assert buyer.invoices()[-1]["amount_paid"] == 4999


def test_the_bank_is_asked_before_a_trial_ends(buyer: Subscriber) -> None:
    subscription, portal = buyer.subscribe(trial_period_days=14), portal_of(buyer)
    buyer.keep("pm_card_authenticationRequired")
    portal.confirm(subscription.id, buyer.prices["professional"])
    assert buyer.now_of(subscription)["status"] == "trialing"
    portal.post(f"{way_of(subscription)}/authenticate", result="complete")
    now = buyer.now_of(subscription)
    assert (now["status"], now["trial_end"]) == ("active", START)
    buyer.advance(START + MONTH + HOUR)
    assert [each["total"] for each in buyer.invoices()] == [0, 4999, 4999]


def test_a_trial_goes_on_where_the_shop_wants_that(buyer: Subscriber) -> None:
    subscription = buyer.subscribe(trial_period_days=14)
    portal = portal_of(buyer, trial_update_behavior="continue_trial")
    portal.confirm(subscription.id, buyer.prices["professional"])
    now = buyer.now_of(subscription)
    assert (now["status"], now["trial_end"]) == ("trialing", START + 14 * DAY)
    buyer.advance(START + 14 * DAY + HOUR)
    assert buyer.invoices()[-1]["amount_paid"] == 4999


def test_another_interval_is_billed_from_now_on(buyer: Subscriber) -> None:
    buyer.prices["yearly"] = buyer.price("Yearly", 19900, "year")
    subscription, portal = buyer.subscribe(), portal_of(buyer)
    page = portal.get(f"{way_of(subscription)}/confirm", price=buyer.prices["yearly"]).text
    assert text_at(page, "due") == "179.01 USD" and "199.00 USD a year" in page
    portal.confirm(subscription.id, buyer.prices["yearly"])
    assert item_of(buyer.now_of(subscription))["current_period_end"] == START + 365 * DAY


def test_quantities_are_changed_within_the_products_limits(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    updates = features_of(buyer)["subscription_update"]
    limits = {"enabled": True, "minimum": 1, "maximum": 5}
    products = [each | {"adjustable_quantity": limits} for each in updates["products"]]
    portal = portal_of(buyer, products=products, default_allowed_updates=["price", "quantity"])
    step, price = f"{way_of(subscription)}/confirm", buyer.prices["starter"]
    for wrong in ("6", "0", "many"):
        assert portal.get(step, price=price, quantity=wrong).status_code == 400
    portal.confirm(subscription.id, price, quantity="3")
    assert item_of(buyer.now_of(subscription))["quantity"] == 3
    assert "3 × Starter" in portal.get().text


def test_what_is_not_offered_is_refused(buyer: Subscriber) -> None:
    subscription, portal = buyer.subscribe(), portal_of(buyer)
    unlisted = buyer.price("Unlisted", 1)
    for wish in (
        {"price": unlisted},
        {"price": "price_none"},
        {"price": buyer.prices["starter"]},
        {"price": buyer.prices["professional"], "quantity": "2"},
    ):
        answer = portal.post(f"{way_of(subscription)}/confirm", **wish)
        assert answer.status_code == 400
    assert plan_of(buyer, subscription) == "starter"


def test_a_flow_confirms_one_plan_with_its_discount(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    coupon = buyer.shop.stripe.coupons.create({"percent_off": 50, "duration": "forever"})
    confirmed = {
        "subscription": subscription.id,
        "items": [
            {"id": item_of(subscription)["id"], "price": buyer.prices["professional"]},
        ],
        "discounts": [{"coupon": coupon.id}],
    }
    after = {"type": "redirect", "redirect": {"return_url": "https://shop.example/back"}}
    flow = {
        "type": "subscription_update_confirm",
        "subscription_update_confirm": confirmed,
        "after_completion": after,
    }
    portal = Portal(buyer, configure(buyer), flow_data=flow)
    step = portal.get().headers["location"].removeprefix(portal.path)
    page = portal.get(step).text
    assert text_at(page, "due") == "30.00 USD" and "Other plans" not in page
    done = portal.post(step, at=hidden_fields(page)["at"])
    assert done.headers["location"] == "https://shop.example/back"
    assert plan_of(buyer, subscription) == "professional"
    assert buyer.shop.stripe.coupons.retrieve(coupon.id).times_redeemed == 1
    buyer.advance(START + MONTH + HOUR)
    assert buyer.invoices()[-1]["total"] == 2499

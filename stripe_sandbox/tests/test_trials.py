"""Trials, and subscriptions that are paused at their end."""

import pytest
import stripe

from stripe_sandbox.tests.shop import Shop
from stripe_sandbox.tests.subscriber import DAY, HOUR, START, Subscriber, item_of

WEEK = 7 * DAY


@pytest.fixture
def buyer(shop: Shop) -> Subscriber:
    return Subscriber(shop)


def test_a_trial_is_billed_when_it_ends(buyer: Subscriber) -> None:
    subscription = buyer.subscribe(trial_period_days=7)
    assert (subscription.status, subscription.trial_end) == ("trialing", START + WEEK)
    [first] = buyer.invoices()
    assert (first["total"], first["status"]) == (0, "paid")
    buyer.advance(START + WEEK - 3 * DAY)
    assert buyer.shop.events("customer.subscription.trial_will_end")
    buyer.advance(START + WEEK + HOUR)
    now = buyer.now_of(subscription)
    assert (now["status"], item_of(now)["current_period_start"]) == ("active", START + WEEK)
    assert [each["total"] for each in buyer.invoices()] == [0, 1999]


def test_a_trial_can_be_ended_now_and_is_billed_at_once(buyer: Subscriber) -> None:
    subscription = buyer.subscribe(trial_end=START + 2 * WEEK)
    buyer.advance(START + DAY)
    ended = buyer.shop.stripe.subscriptions.update(subscription.id, {"trial_end": "now"})
    assert (ended.status, ended.trial_end) == ("active", START + DAY)
    assert item_of(ended)["current_period_start"] == START + DAY
    assert [(each["total"], each["status"]) for each in buyer.invoices()] == [
        (0, "paid"),
        (1999, "paid"),
    ]


def test_a_trial_can_be_made_longer(buyer: Subscriber) -> None:
    subscription = buyer.subscribe(trial_period_days=7)
    buyer.shop.stripe.subscriptions.update(subscription.id, {"trial_end": START + 2 * WEEK})
    buyer.advance(START + WEEK + HOUR)
    assert buyer.now_of(subscription)["status"] == "trialing"
    buyer.advance(START + 2 * WEEK + HOUR)
    assert buyer.now_of(subscription)["status"] == "active"


def test_another_interval_waits_for_the_end_of_the_trial(buyer: Subscriber) -> None:
    buyer.prices["yearly"] = buyer.price("Yearly", 19900, "year")
    subscription = buyer.subscribe(trial_period_days=7)
    changed = buyer.change(subscription, "yearly")
    assert (changed["status"], item_of(changed)["current_period_end"]) == (
        "trialing",
        START + WEEK,
    )
    buyer.advance(START + WEEK + HOUR)
    assert item_of(buyer.now_of(subscription))["current_period_end"] == START + WEEK + 365 * DAY
    assert [each["total"] for each in buyer.invoices()] == [0, 19900]


def test_a_trial_needs_no_card_and_may_pause_without_one(shop: Shop) -> None:
    buyer = Subscriber(shop, card=None)
    subscription = buyer.subscribe(
        trial_period_days=7,
        trial_settings={"end_behavior": {"missing_payment_method": "pause"}},
    )
    buyer.advance(START + WEEK)
    assert buyer.now_of(subscription)["status"] == "paused"
    assert shop.events("customer.subscription.paused")
    buyer.keep("pm_card_visa")
    buyer.advance(START + 2 * WEEK)
    resumed = shop.stripe.subscriptions.resume(subscription.id)
    assert resumed.status == "active"
    assert item_of(resumed)["current_period_start"] == START + 2 * WEEK
    assert buyer.invoices()[-1]["amount_paid"] == 1999
    assert shop.events("customer.subscription.resumed")
    with pytest.raises(stripe.InvalidRequestError):
        shop.stripe.subscriptions.resume(subscription.id)


def test_a_trial_without_a_card_may_end_the_subscription(shop: Shop) -> None:
    buyer = Subscriber(shop, card=None)
    subscription = buyer.subscribe(
        trial_period_days=7,
        trial_settings={"end_behavior": {"missing_payment_method": "cancel"}},
    )
    buyer.advance(START + WEEK)
    assert buyer.now_of(subscription)["status"] == "canceled"


def test_a_trial_that_cannot_be_collected_is_past_due(shop: Shop) -> None:
    buyer = Subscriber(shop, card=None)
    subscription = buyer.subscribe(trial_period_days=7)
    buyer.advance(START + WEEK + HOUR)
    assert buyer.now_of(subscription)["status"] == "past_due"

"""Customers cancel on the portal, and take that back."""

import pytest

from stripe_sandbox.tests.portal import Portal, configure, text_at
from stripe_sandbox.tests.shop import Shop
from stripe_sandbox.tests.subscriber import DAY, START, Subscriber

MONTH = 31 * DAY


@pytest.fixture
def buyer(shop: Shop) -> Subscriber:
    return Subscriber(shop)


def test_a_cancellation_sets_the_moment_and_not_the_flag(buyer: Subscriber) -> None:
    """[D] In flexible billing mode the portal sets cancel_at; cancel_at_period_end stays false."""
    subscription, portal = buyer.subscribe(), Portal(buyer, configure(buyer))
    step = f"/subscriptions/{subscription.id}/cancel"
    page = portal.get(step).text
    assert "1 February 2026" in page and "It is too expensive" in page
    answer = portal.post(step, feedback="too_expensive", comment="Sorry")
    assert answer.headers["location"] == f"{portal.path}?told=canceled"
    now = buyer.now_of(subscription)
    assert (now["cancel_at"], now["cancel_at_period_end"]) == (START + MONTH, False)
    assert (now["status"], now["canceled_at"]) == ("active", START)
    assert now["cancellation_details"] == {
        "comment": "Sorry",
        "feedback": "too_expensive",
        "feedback_option": None,
        "reason": "cancellation_requested",
    }
    event = buyer.shop.events("customer.subscription.updated")[-1]
    assert event["data"]["previous_attributes"]["cancel_at"] is None
    assert event["request"]["id"] is None


def test_a_canceled_subscription_ends_with_its_period(buyer: Subscriber) -> None:
    subscription, portal = buyer.subscribe(), Portal(buyer, configure(buyer))
    portal.post(f"/subscriptions/{subscription.id}/cancel")
    buyer.advance(START + MONTH)
    assert buyer.now_of(subscription)["status"] == "canceled"
    assert len(buyer.invoices()) == 1
    assert "customer.subscription.deleted" in buyer.shop.event_types()


def test_a_cancellation_can_be_taken_back_until_then(buyer: Subscriber) -> None:
    subscription, portal = buyer.subscribe(), Portal(buyer, configure(buyer))
    way = f"/subscriptions/{subscription.id}"
    portal.post(f"{way}/cancel")
    overview = portal.get().text
    assert "Ends on 1 February 2026" in overview and "Change plan" not in overview
    assert "19.99 USD a month" in portal.get(f"{way}/resume").text
    assert portal.post(f"{way}/resume").headers["location"] == f"{portal.path}?told=kept"
    now = buyer.now_of(subscription)
    assert (now["cancel_at"], now["canceled_at"]) == (None, None)
    assert now["cancellation_details"]["reason"] is None
    assert portal.post(f"{way}/resume").status_code == 400
    buyer.advance(START + MONTH)
    assert buyer.now_of(subscription)["status"] == "active"


def test_what_the_api_canceled_can_be_taken_back_on_the_portal(buyer: Subscriber) -> None:
    subscription, portal = buyer.subscribe(), Portal(buyer, configure(buyer))
    buyer.shop.stripe.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    portal.post(f"/subscriptions/{subscription.id}/resume")
    now = buyer.now_of(subscription)
    assert (now["cancel_at_period_end"], now["cancel_at"]) == (False, None)


def test_an_immediate_cancellation_credits_what_is_left(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    feature = {"enabled": True, "mode": "immediately", "proration_behavior": "create_prorations"}
    portal = Portal(buyer, configure(buyer, subscription_cancel=feature))
    buyer.advance(START + 10 * DAY)
    step = f"/subscriptions/{subscription.id}/cancel"
    left = 1999 * 21 * DAY // MONTH
    assert text_at(portal.get(step).text, "credit") == f"{left / 100:.2f} USD"
    portal.post(step, feedback="not asked for")
    now = buyer.now_of(subscription)
    assert (now["status"], now["ended_at"]) == ("canceled", START + 10 * DAY)
    assert buyer.told_since(0)[-2:] == [
        "invoiceitem.created",
        "customer.subscription.deleted",
    ]
    assert buyer.shop.events("invoiceitem.created")[-1]["data"]["object"]["amount"] == -left
    assert portal.post(step).status_code == 400


def test_a_reason_that_is_not_offered_is_refused(buyer: Subscriber) -> None:
    subscription, portal = buyer.subscribe(), Portal(buyer, configure(buyer))
    answer = portal.post(f"/subscriptions/{subscription.id}/cancel", feedback="other")
    assert answer.status_code == 400
    assert buyer.now_of(subscription)["cancel_at"] is None


def test_a_flow_ends_with_the_shops_own_words(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    flow = {
        "type": "subscription_cancel",
        "subscription_cancel": {"subscription": subscription.id},
        "after_completion": {
            "type": "hosted_confirmation",
            "hosted_confirmation": {"custom_message": "Come back soon."},
        },
    }
    portal = Portal(buyer, configure(buyer), flow_data=flow)
    answer = portal.post(f"/subscriptions/{subscription.id}/cancel")
    assert answer.headers["location"] == f"{portal.path}/done"
    done = portal.get("/done").text
    assert "Come back soon." in done and "Your subscription is canceled." in done
    assert portal.get().headers["location"] == f"{portal.path}/done"

"""Subscriptions begin, end and are looked up."""

from typing import Any

import pytest
import stripe

from stripe_sandbox.tests.shop import Shop
from stripe_sandbox.tests.subscriber import DAY, HOUR, START, Subscriber, item_of

MONTH = 31 * DAY
FIRST_EVENTS = [
    "customer.updated",
    "customer.subscription.created",
    "invoice.created",
    "invoice.finalized",
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "invoice.paid",
    "invoice.payment_succeeded",
    "customer.subscription.updated",
]


@pytest.fixture
def buyer(shop: Shop) -> Subscriber:
    return Subscriber(shop)


def test_a_subscription_is_active_once_its_first_invoice_is_paid(buyer: Subscriber) -> None:
    """[L] invoice_payment.paid comes seconds after the invoice is paid."""
    before = len(buyer.shop.event_types())
    subscription = buyer.subscribe(metadata={"plan": "starter"}, expand=["latest_invoice"])
    assert buyer.told_since(before) == FIRST_EVENTS
    assert (subscription.status, subscription.currency) == ("active", "usd")
    item = item_of(subscription)
    assert (item["current_period_start"], item["current_period_end"]) == (START, START + MONTH)
    invoice = subscription.latest_invoice
    assert isinstance(invoice, stripe.Invoice)
    assert (invoice.status, invoice.amount_paid, invoice.billing_reason) == (
        "paid",
        1999,
        "subscription_create",
    )
    assert invoice.parent and invoice.parent.subscription_details
    assert invoice.parent.subscription_details.subscription == subscription.id
    details = invoice.parent.subscription_details.to_dict()
    assert details["metadata"] == {"plan": "starter"}
    buyer.shop.wait_for_event("invoice_payment.paid")


def test_a_first_invoice_that_is_declined_leaves_the_subscription_incomplete(
    shop: Shop,
) -> None:
    buyer = Subscriber(shop, card="pm_card_chargeCustomerFail")
    subscription = buyer.subscribe()
    assert subscription.status == "incomplete"
    [invoice] = buyer.invoices()
    assert (invoice["status"], invoice["attempt_count"]) == ("open", 1)


def test_an_incomplete_subscription_expires_after_23_hours(shop: Shop) -> None:
    buyer = Subscriber(shop, card="pm_card_chargeCustomerFail")
    subscription = buyer.subscribe()
    buyer.advance(START + 23 * HOUR - 1)
    assert buyer.now_of(subscription)["status"] == "incomplete"
    buyer.advance(START + 23 * HOUR)
    assert buyer.now_of(subscription)["status"] == "incomplete_expired"
    assert [invoice["status"] for invoice in buyer.invoices()] == ["void"]


def test_default_incomplete_waits_for_a_payment_that_somebody_confirms(shop: Shop) -> None:
    buyer = Subscriber(shop, card=None)
    subscription = buyer.subscribe(
        payment_behavior="default_incomplete",
        expand=["latest_invoice.confirmation_secret", "latest_invoice.payments"],
    )
    assert subscription.status == "incomplete"
    invoice = subscription.to_dict()["latest_invoice"]
    assert invoice["confirmation_secret"]["type"] == "payment_intent"
    intent_id = invoice["payments"]["data"][0]["payment"]["payment_intent"]
    shop.stripe.payment_intents.confirm(intent_id, {"payment_method": "pm_card_visa"})
    assert buyer.now_of(subscription)["status"] == "active"
    assert buyer.invoices()[0]["status"] == "paid"


def test_error_if_incomplete_makes_nothing_when_the_card_declines(shop: Shop) -> None:
    buyer = Subscriber(shop, card="pm_card_chargeCustomerFail")
    before = shop.event_types()
    with pytest.raises(stripe.CardError) as refused:
        buyer.subscribe(payment_behavior="error_if_incomplete")
    assert (refused.value.http_status, refused.value.code) == (402, "card_declined")
    assert shop.event_types() == before
    assert shop.stripe.subscriptions.list().data == []


def test_a_customer_without_a_card_cannot_subscribe(shop: Shop) -> None:
    buyer = Subscriber(shop, card=None)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        buyer.subscribe()
    assert refused.value.code == "resource_missing"
    assert shop.stripe.subscriptions.list().data == []


def test_a_subscription_by_invoice_needs_no_card(shop: Shop) -> None:
    buyer = Subscriber(shop, card=None)
    subscription = buyer.subscribe(collection_method="send_invoice", days_until_due=14)
    assert subscription.status == "active"
    [invoice] = buyer.invoices()
    assert (invoice["status"], invoice["due_date"]) == ("open", START + 14 * DAY)


def test_the_items_of_a_subscription_may_be_described_inline(buyer: Subscriber) -> None:
    product = buyer.shop.stripe.products.create({"name": "Special"})
    subscription = buyer.subscribe(
        items=[
            {
                "price_data": {
                    "currency": "usd",
                    "product": product.id,
                    "unit_amount": 700,
                    "recurring": {"interval": "week"},
                },
                "quantity": 2,
            }
        ]
    )
    item = item_of(subscription)
    assert item["current_period_end"] == START + 7 * DAY
    assert buyer.invoices()[0]["total"] == 1400
    assert buyer.shop.stripe.prices.retrieve(item["price"]["id"]).unit_amount == 700


@pytest.mark.parametrize(
    ("wishes", "param"),
    [
        ({"items": []}, "items"),
        ({"items": [{"price": "price_none"}]}, "items[0][price]"),
        ({"items": [{"quantity": 1}]}, "items[0][price]"),
        ({"trial_end": START - 1}, "trial_end"),
        ({"trial_end": START + 900 * DAY}, "trial_end"),
        ({"trial_period_days": 7, "trial_end": START + DAY}, "trial_end"),
        ({"cancel_at": START - 1}, "cancel_at"),
        ({"cancel_at": START + DAY, "cancel_at_period_end": True}, "cancel_at"),
        ({"default_payment_method": "pm_none"}, "default_payment_method"),
        ({"payment_behavior": "pending_if_incomplete"}, "payment_behavior"),
        ({"collection_method": "send_invoice"}, "days_until_due"),
        ({"days_until_due": 3}, "days_until_due"),
        ({"currency": "eur"}, "currency"),
        ({"billing_mode": {"type": "classic"}}, "billing_mode[type]"),
        ({"discounts": [{"coupon": "none"}]}, "discounts[0][coupon]"),
        ({"customer": "cus_none"}, "customer"),
    ],
)
def test_what_cannot_be_subscribed_to_is_refused(
    buyer: Subscriber, wishes: dict[str, Any], param: str
) -> None:
    before = buyer.shop.event_types()
    with pytest.raises(stripe.InvalidRequestError) as refused:
        buyer.subscribe(**wishes)
    assert refused.value.param == param
    assert buyer.shop.event_types() == before
    assert buyer.shop.stripe.subscriptions.list().data == []


def test_prices_that_do_not_go_together_are_refused(buyer: Subscriber) -> None:
    yearly = buyer.price("Yearly", 19900, "year")
    one_time = buyer.shop.stripe.prices.create(
        {"product_data": {"name": "Once"}, "currency": "usd", "unit_amount": 100}
    ).id
    starter = buyer.prices["starter"]
    for prices in ([starter, yearly], [starter, starter], [one_time]):
        with pytest.raises(stripe.InvalidRequestError):
            buyer.subscribe(items=[{"price": price} for price in prices])
    assert buyer.shop.stripe.subscriptions.list().data == []


def test_cancelling_now_ends_a_subscription_without_an_invoice(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    buyer.advance(START + 10 * DAY)
    ended = buyer.shop.stripe.subscriptions.cancel(
        subscription.id, {"cancellation_details": {"comment": "too dear", "feedback": "other"}}
    )
    assert (ended.status, ended.ended_at) == ("canceled", START + 10 * DAY)
    assert ended.cancellation_details
    assert ended.cancellation_details.to_dict() == {
        "comment": "too dear",
        "feedback": "other",
        "feedback_option": None,
        "reason": "cancellation_requested",
    }
    assert buyer.shop.events("customer.subscription.deleted")
    assert len(buyer.invoices()) == 1
    with pytest.raises(stripe.InvalidRequestError):
        buyer.shop.stripe.subscriptions.cancel(subscription.id)
    buyer.advance(START + 2 * MONTH)
    assert len(buyer.invoices()) == 1


def test_cancelling_now_may_give_back_what_is_left(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    buyer.advance(START + MONTH // 2)
    buyer.shop.stripe.subscriptions.cancel(subscription.id, {"prorate": True, "invoice_now": True})
    last = buyer.invoices()[-1]
    assert (last["total"], last["amount_due"], last["status"]) == (-999, 0, "paid")
    assert buyer.shop.stripe.customers.retrieve(buyer.customer).balance == -999


def test_cancel_at_period_end_can_be_undone_and_ends_without_an_invoice(
    buyer: Subscriber,
) -> None:
    subscription = buyer.subscribe()
    api = buyer.shop.stripe.subscriptions
    leaving = api.update(subscription.id, {"cancel_at_period_end": True})
    assert (leaving.cancel_at, leaving.canceled_at) == (START + MONTH, START)
    staying = api.update(subscription.id, {"cancel_at_period_end": False})
    assert (staying.cancel_at, staying.canceled_at, staying.cancel_at_period_end) == (
        None,
        None,
        False,
    )
    api.update(subscription.id, {"cancel_at_period_end": True})
    before = len(buyer.shop.event_types())
    buyer.advance(START + MONTH)
    assert "customer.subscription.deleted" in buyer.told_since(before)
    assert "invoice.upcoming" not in buyer.told_since(before)
    assert buyer.now_of(subscription)["status"] == "canceled"
    assert len(buyer.invoices()) == 1


def test_an_ended_subscription_cannot_be_changed_but_annotated(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    api = buyer.shop.stripe.subscriptions
    api.cancel(subscription.id)
    with pytest.raises(stripe.InvalidRequestError):
        api.update(subscription.id, {"description": "again"})
    noted = api.update(subscription.id, {"metadata": {"why": "moved"}})
    assert noted.metadata.to_dict() == {"why": "moved"}


def test_subscriptions_are_listed_without_those_that_were_cancelled(buyer: Subscriber) -> None:
    first, second = buyer.subscribe(), buyer.subscribe("enterprise")
    api = buyer.shop.stripe.subscriptions
    api.cancel(first.id)
    assert [each.id for each in api.list({"customer": buyer.customer})] == [second.id]
    assert [each.id for each in api.list({"status": "all"})] == [second.id, first.id]
    assert [each.id for each in api.list({"status": "ended"})] == [first.id]
    assert [each.id for each in api.list({"price": buyer.prices["enterprise"]})] == [second.id]
    assert [each.id for each in api.list({"current_period_end": {"gt": START + MONTH}})] == []
    expanded = buyer.shop.stripe.customers.retrieve(buyer.customer, {"expand": ["subscriptions"]})
    assert expanded.subscriptions
    assert [each.id for each in expanded.subscriptions.data] == [second.id]


def test_a_subscription_can_be_opened_far(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    paths = ["customer", "default_payment_method", "latest_invoice", "items.data.price.product"]
    opened = buyer.shop.stripe.subscriptions.retrieve(subscription.id, {"expand": paths}).to_dict()
    assert opened["customer"]["email"] == "buyer@shop.example"
    assert opened["latest_invoice"]["status"] == "paid"
    assert item_of(opened)["price"]["product"]["name"] == "Starter"


def test_a_coupon_for_one_invoice_is_used_up_by_the_first(buyer: Subscriber) -> None:
    api = buyer.shop.stripe
    coupon = api.coupons.create({"percent_off": 25, "duration": "once"})
    subscription = buyer.subscribe(discounts=[{"coupon": coupon.id}])
    assert subscription.discounts == []
    assert api.coupons.retrieve(coupon.id).times_redeemed == 1
    buyer.advance(START + MONTH + HOUR)
    assert [invoice["total"] for invoice in buyer.invoices()] == [1499, 1999]


def test_a_coupon_for_some_months_is_taken_off_in_each_of_them(buyer: Subscriber) -> None:
    coupon = buyer.shop.stripe.coupons.create(
        {"amount_off": 500, "currency": "usd", "duration": "repeating", "duration_in_months": 2}
    )
    buyer.subscribe(discounts=[{"coupon": coupon.id}])
    buyer.advance(START + 59 * DAY + HOUR)
    assert [invoice["total"] for invoice in buyer.invoices()] == [1499, 1499, 1999]


def test_discounts_of_a_subscription_can_be_replaced(buyer: Subscriber) -> None:
    api = buyer.shop.stripe
    old = api.coupons.create({"percent_off": 10, "duration": "forever"})
    new = api.coupons.create({"percent_off": 50, "duration": "forever"})
    subscription = buyer.subscribe(discounts=[{"coupon": old.id}])
    [kept] = subscription.discounts
    changed = api.subscriptions.update(
        subscription.id, {"discounts": [{"discount": str(kept)}, {"coupon": new.id}]}
    )
    assert len(changed.discounts) == 2
    assert changed.discounts[0] == kept
    api.subscriptions.update(subscription.id, {"discounts": ""})
    assert len(buyer.shop.events("customer.discount.deleted")) == 2
    buyer.advance(START + MONTH + HOUR)
    assert [invoice["total"] for invoice in buyer.invoices()] == [1799, 1999]

"""Previews of invoices: what is going to be billed, without billing it."""

from typing import Any

import pytest
import stripe

from stripe_sandbox.tests.scheduling import Scheduler
from stripe_sandbox.tests.shop import Json, Shop
from stripe_sandbox.tests.subscriber import DAY, HOUR, START, Subscriber, item_of

MONTH = 31 * DAY
ODD_MOMENT = START + 10 * DAY + 12345


@pytest.fixture
def buyer(shop: Shop) -> Subscriber:
    return Subscriber(shop)


def preview(buyer: Subscriber, **wishes: Any) -> Json:
    """Preview an invoice, and see to it that nothing is made by that."""
    before = buyer.told_since(0)
    answer = buyer.shop.stripe.invoices.create_preview(wishes)  # type: ignore[arg-type]
    assert buyer.told_since(0) == before
    return answer.to_dict()


def amounts_of(invoice: Json) -> list[int]:
    """Return the amounts of an invoice's lines."""
    return [line["amount"] for line in invoice["lines"]["data"]]


def to_enterprise(buyer: Subscriber, subscription: stripe.Subscription, **more: Any) -> Json:
    """Return the details of an upgrade."""
    item = {"id": item_of(subscription)["id"], "price": buyer.prices["enterprise"]}
    return {"items": [item], **more}


def test_the_next_renewal_can_be_previewed(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    invoice = preview(buyer, subscription=subscription.id)
    assert (invoice["amount_due"], invoice["billing_reason"]) == (1999, "upcoming")
    assert invoice["next_payment_attempt"] == START + MONTH + HOUR
    [line] = invoice["lines"]["data"]
    assert line["period"] == {"start": START + MONTH, "end": START + 59 * DAY}
    assert preview(buyer, customer=buyer.customer)["amount_due"] == 1999


def test_an_upgrade_costs_what_its_preview_said(buyer: Subscriber) -> None:
    """[W] Time counts in seconds, and each line is rounded down by itself."""
    subscription = buyer.subscribe()
    buyer.advance(ODD_MOMENT)
    details = to_enterprise(
        buyer, subscription, proration_behavior="always_invoice", proration_date=ODD_MOMENT
    )
    foretold = preview(buyer, subscription=subscription.id, subscription_details=details)
    left = START + MONTH - ODD_MOMENT
    assert amounts_of(foretold) == [-(1999 * left // MONTH), 9999 * left // MONTH]
    for line in foretold["lines"]["data"]:
        assert line["parent"]["subscription_item_details"]["proration"] is True
        assert line["discountable"] is False
    buyer.change(
        subscription,
        "enterprise",
        proration_behavior="always_invoice",
        proration_date=ODD_MOMENT,
    )
    made = buyer.invoices()[-1]
    assert amounts_of(made) == amounts_of(foretold)
    assert made["amount_paid"] == foretold["amount_due"]


def test_prorations_that_wait_stand_on_the_next_renewal(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    buyer.advance(START + MONTH // 2)
    details = to_enterprise(buyer, subscription)
    foretold = preview(buyer, subscription=subscription.id, subscription_details=details)
    assert amounts_of(foretold) == [-999, 4999, 9999]
    recurring = preview(
        buyer,
        subscription=subscription.id,
        subscription_details=details,
        preview_mode="recurring",
    )
    assert amounts_of(recurring) == [9999]
    without = to_enterprise(buyer, subscription, proration_behavior="none")
    foretold = preview(buyer, subscription=subscription.id, subscription_details=without)
    assert amounts_of(foretold) == [9999]


def test_the_previewed_change_is_not_made(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    was = buyer.now_of(subscription)
    preview(
        buyer,
        subscription=subscription.id,
        subscription_details=to_enterprise(buyer, subscription),
        discounts="",
    )
    assert buyer.now_of(subscription) == was
    assert len(buyer.invoices()) == 1


def test_a_subscription_that_is_not_there_yet_can_be_previewed(buyer: Subscriber) -> None:
    coupon = buyer.shop.stripe.coupons.create({"percent_off": 50, "duration": "once"})
    items = [{"price": buyer.prices["professional"], "quantity": 2}]
    invoice = preview(
        buyer,
        customer=buyer.customer,
        subscription_details={"items": items},
        discounts=[{"coupon": coupon.id}],
    )
    assert (invoice["subtotal"], invoice["total"]) == (9998, 4999)
    assert buyer.shop.stripe.coupons.retrieve(coupon.id).times_redeemed == 0
    assert buyer.shop.stripe.subscriptions.list().data == []


def test_discounts_and_items_can_be_tried_on_a_renewal(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    coupon = buyer.shop.stripe.coupons.create({"percent_off": 10, "duration": "forever"})
    invoice = preview(
        buyer,
        subscription=subscription.id,
        discounts=[{"coupon": coupon.id}],
        invoice_items=[
            {"amount": 1000, "currency": "usd", "description": "Setting up"},
            {"amount": -500, "currency": "usd"},
        ],
    )
    assert amounts_of(invoice) == [1000, -500, 1999]
    assert invoice["total"] == 2499 - 100 - 200


def test_cancelling_now_is_previewed_as_a_credit(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    buyer.advance(START + MONTH // 2)
    invoice = preview(
        buyer, subscription=subscription.id, subscription_details={"cancel_now": True}
    )
    assert (amounts_of(invoice), invoice["amount_due"]) == ([-999], 0)


def test_the_end_of_a_trial_is_previewed(buyer: Subscriber) -> None:
    subscription = buyer.subscribe(trial_period_days=7)
    later = preview(buyer, subscription=subscription.id)
    assert (later["amount_due"], later["created"]) == (1999, START + 7 * DAY)
    now = preview(buyer, subscription=subscription.id, subscription_details={"trial_end": "now"})
    assert now["amount_due"] == 1999
    assert now["lines"]["data"][0]["period"]["start"] == START


def test_a_downgrade_that_waits_stands_in_the_preview(shop: Shop) -> None:
    buyer = Scheduler(shop)
    subscription = buyer.subscribe("enterprise")
    buyer.then(buyer.take_over(subscription), "starter")
    assert preview(buyer, subscription=subscription.id)["amount_due"] == 1999


@pytest.mark.parametrize(
    ("wishes", "status", "param"),
    [
        ({}, 400, "customer"),
        ({"customer": "cus_none"}, 400, "customer"),
        ({"subscription": "sub_none"}, 400, "subscription"),
        ({"customer": "{own}"}, 404, None),
        ({"customer": "{own}", "subscription_details": {"items": [{"price": "no"}]}}, 400, None),
    ],
)
def test_what_cannot_be_previewed_is_refused(
    buyer: Subscriber, wishes: dict[str, Any], status: int, param: str | None
) -> None:
    if wishes.get("customer") == "{own}":
        wishes = wishes | {"customer": buyer.customer}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        preview(buyer, **wishes)
    assert refused.value.http_status == status
    assert param is None or refused.value.param == param


def test_a_subscription_that_ends_has_no_upcoming_invoice(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    for details in ({"cancel_at_period_end": True}, {"cancel_at": "min_period_end"}):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            preview(buyer, subscription=subscription.id, subscription_details=details)
        assert refused.value.code == "invoice_upcoming_none"
    buyer.shop.stripe.subscriptions.cancel(subscription.id)
    with pytest.raises(stripe.InvalidRequestError):
        preview(buyer, subscription=subscription.id)

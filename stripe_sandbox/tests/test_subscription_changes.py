"""Changes of what a subscription is for: what they cost, and when they take effect."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from stripe_sandbox.tests.shop import Json, Shop
from stripe_sandbox.tests.subscriber import DAY, HOUR, START, Subscriber, item_of

MONTH = 31 * DAY
# Neither the old price nor the new one comes out in whole cents here.
ODD_MOMENT = START + 10 * DAY + 12345
UPGRADE = {
    "proration_behavior": "always_invoice",
    "payment_behavior": "pending_if_incomplete",
}


@pytest.fixture
def buyer(shop: Shop) -> Subscriber:
    return Subscriber(shop)


def lines_of(invoice: Json) -> list[Json]:
    """Return the lines of an invoice, credits first."""
    return sorted(invoice["lines"]["data"], key=lambda line: int(line["amount"]))


def test_an_upgrade_now_credits_the_old_price_and_charges_the_new_one(
    buyer: Subscriber,
) -> None:
    """[W] Time counts in seconds, and each line is rounded down by itself."""
    subscription = buyer.subscribe()
    buyer.advance(ODD_MOMENT)
    before = len(buyer.shop.event_types())
    changed = buyer.change(subscription, "enterprise", **UPGRADE)
    assert buyer.told_since(before)[:9] == [
        "invoiceitem.created",
        "invoiceitem.created",
        "customer.subscription.updated",
        "invoice.created",
        "invoice.finalized",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice.paid",
    ]
    invoice = buyer.invoices()[-1]
    assert (invoice["billing_reason"], invoice["status"]) == ("subscription_update", "paid")
    left = START + MONTH - ODD_MOMENT
    credit, charge = lines_of(invoice)
    assert (credit["amount"], charge["amount"]) == (
        -(1999 * left // MONTH),
        9999 * left // MONTH,
    )
    for line in (credit, charge):
        details = line["parent"]["subscription_item_details"]
        assert (details["proration"], line["discountable"]) == (True, False)
        assert line["period"] == {"start": ODD_MOMENT, "end": START + MONTH}
    assert invoice["total"] == credit["amount"] + charge["amount"]
    item = item_of(changed)
    assert item["price"]["id"] == buyer.prices["enterprise"]
    assert item["current_period_end"] == START + MONTH
    told = buyer.shop.events("customer.subscription.updated")[-1]
    old = told["data"]["previous_attributes"]["items"]["data"][0]
    assert old["price"]["id"] == buyer.prices["starter"]


def test_an_upgrade_that_is_declined_waits_and_changes_nothing(buyer: Subscriber) -> None:
    """[W] A declined upgrade stands in pending_update; the items stay as they were."""
    subscription = buyer.subscribe()
    buyer.advance(START + 10 * DAY)
    buyer.keep("pm_card_chargeCustomerFail")
    before = len(buyer.shop.event_types())
    changed = buyer.change(subscription, "enterprise", **UPGRADE)
    assert item_of(changed)["price"]["id"] == buyer.prices["starter"]
    assert changed["status"] == "active"
    waiting = changed["pending_update"]
    assert waiting["expires_at"] == START + 10 * DAY + 23 * HOUR
    assert waiting["subscription_items"][0]["price"]["id"] == buyer.prices["enterprise"]
    told = buyer.told_since(before)
    assert told.index("invoice.payment_failed") < told.index("customer.subscription.updated")
    assert buyer.invoices()[-1]["status"] == "open"


def test_a_waiting_upgrade_is_made_once_its_invoice_is_paid(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    buyer.keep("pm_card_chargeCustomerFail")
    buyer.advance(START + 10 * DAY)
    buyer.change(subscription, "enterprise", **UPGRADE)
    method = buyer.keep("pm_card_visa")
    buyer.shop.stripe.invoices.pay(buyer.invoices()[-1]["id"], {"payment_method": method})
    changed = buyer.now_of(subscription)
    assert changed["pending_update"] is None
    assert item_of(changed)["price"]["id"] == buyer.prices["enterprise"]
    assert buyer.shop.events("customer.subscription.pending_update_applied")
    buyer.advance(START + MONTH + HOUR)
    assert buyer.invoices()[-1]["total"] == 9999


def test_a_waiting_upgrade_is_given_up_after_23_hours(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    buyer.keep("pm_card_chargeCustomerFail")
    buyer.advance(START + 10 * DAY)
    buyer.change(subscription, "enterprise", **UPGRADE)
    buyer.advance(START + 10 * DAY + 23 * HOUR)
    changed = buyer.now_of(subscription)
    assert (changed["pending_update"], changed["status"]) == (None, "active")
    assert item_of(changed)["price"]["id"] == buyer.prices["starter"]
    assert buyer.invoices()[-1]["status"] == "void"
    assert buyer.shop.events("customer.subscription.pending_update_expired")


def test_another_change_takes_the_place_of_one_that_waits(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    buyer.keep("pm_card_chargeCustomerFail")
    buyer.advance(START + 10 * DAY)
    buyer.change(subscription, "enterprise", **UPGRADE)
    buyer.keep("pm_card_visa")
    changed = buyer.change(subscription, "professional", **UPGRADE)
    assert changed["pending_update"] is None
    assert item_of(changed)["price"]["id"] == buyer.prices["professional"]
    assert [each["status"] for each in buyer.invoices()] == ["paid", "void", "paid"]
    left = 21 * DAY
    assert buyer.invoices()[-1]["total"] == 4999 * left // MONTH - 1999 * left // MONTH


def test_a_card_that_asks_for_its_owner_leaves_the_upgrade_waiting(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    buyer.keep("pm_card_authenticationRequired")
    buyer.advance(START + 10 * DAY)
    changed = buyer.change(subscription, "enterprise", **UPGRADE)
    assert changed["pending_update"]
    assert item_of(changed)["price"]["id"] == buyer.prices["starter"]


def test_error_if_incomplete_changes_nothing_when_the_card_declines(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    buyer.keep("pm_card_chargeCustomerFail")
    before, was = len(buyer.shop.event_types()), buyer.now_of(subscription)
    with pytest.raises(stripe.CardError):
        buyer.change(
            subscription,
            "enterprise",
            proration_behavior="always_invoice",
            payment_behavior="error_if_incomplete",
        )
    assert buyer.now_of(subscription) == was
    assert buyer.told_since(before) == []


def test_allow_incomplete_changes_first_and_then_is_past_due(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    buyer.keep("pm_card_chargeCustomerFail")
    buyer.advance(START + 10 * DAY)
    changed = buyer.change(subscription, "enterprise", proration_behavior="always_invoice")
    assert item_of(changed)["price"]["id"] == buyer.prices["enterprise"]
    assert changed["status"] == "past_due"


def test_prorations_may_wait_for_the_next_invoice(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    buyer.advance(START + MONTH // 2)
    buyer.change(subscription, "enterprise")
    assert len(buyer.invoices()) == 1
    buyer.advance(START + MONTH + HOUR)
    renewal = buyer.invoices()[-1]
    assert [line["amount"] for line in lines_of(renewal)] == [-999, 4999, 9999]
    assert renewal["total"] == 13999


def test_a_change_without_prorations_costs_nothing_before_the_renewal(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    buyer.advance(START + 10 * DAY)
    buyer.change(subscription, "enterprise", proration_behavior="none")
    buyer.advance(START + MONTH + HOUR)
    assert [each["total"] for each in buyer.invoices()] == [1999, 9999]


def test_a_downgrade_now_leaves_a_credit_in_the_balance(buyer: Subscriber) -> None:
    subscription = buyer.subscribe("enterprise")
    buyer.advance(START + MONTH // 2)
    buyer.change(subscription, "starter", proration_behavior="always_invoice")
    last = buyer.invoices()[-1]
    assert (last["total"], last["amount_due"], last["status"]) == (-4000, 0, "paid")
    assert last["ending_balance"] == -4000
    buyer.advance(START + MONTH + HOUR)
    renewal = buyer.invoices()[-1]
    assert (renewal["total"], renewal["amount_due"], renewal["ending_balance"]) == (1999, 0, -2001)


def test_another_interval_begins_a_new_period_and_is_billed_now(buyer: Subscriber) -> None:
    buyer.prices["yearly"] = buyer.price("Yearly", 19900, "year")
    subscription = buyer.subscribe()
    buyer.advance(START + 10 * DAY)
    changed = buyer.change(subscription, "yearly")
    item = item_of(changed)
    assert (item["current_period_start"], item["current_period_end"]) == (
        START + 10 * DAY,
        START + 375 * DAY,
    )
    assert buyer.invoices()[-1]["total"] == 19900 - (1999 * 21 * DAY // MONTH) - 1 + 1
    assert buyer.invoices()[-1]["status"] == "paid"


def test_the_period_can_be_made_to_begin_now(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    buyer.advance(START + 10 * DAY)
    changed = buyer.shop.stripe.subscriptions.update(
        subscription.id, {"billing_cycle_anchor": "now"}
    )
    assert changed.billing_cycle_anchor == START + 10 * DAY
    assert item_of(changed)["current_period_start"] == START + 10 * DAY
    assert buyer.invoices()[-1]["total"] == 1999 - 1999 * 21 * DAY // MONTH


def test_a_proration_date_counts_time_from_another_moment(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    buyer.advance(START + 10 * DAY)
    buyer.change(subscription, "enterprise", proration_date=START + 5 * DAY, **UPGRADE)
    left = 26 * DAY
    assert buyer.invoices()[-1]["total"] == 9999 * left // MONTH - 1999 * left // MONTH


@pytest.mark.parametrize(
    ("wishes", "param"),
    [
        ({"items": [{"id": "si_none", "quantity": 2}]}, "items[0][id]"),
        ({"items": [{"price": "price_none"}]}, "items[0][price]"),
        ({"proration_date": START + MONTH + 1}, "proration_date"),
        ({"proration_date": START - 1}, "proration_date"),
        ({"trial_end": START + DAY}, "trial_end"),
        ({"payment_behavior": "pending_if_incomplete", "metadata": {"a": "b"}}, "metadata"),
        ({"default_payment_method": "pm_none"}, "default_payment_method"),
        ({"discounts": [{"promotion_code": "promo_none"}]}, "discounts[0][promotion_code]"),
        ({"cancel_at": START - 1}, "cancel_at"),
        ({"days_until_due": 3}, "days_until_due"),
    ],
)
def test_a_change_that_cannot_be_made_changes_nothing(
    buyer: Subscriber, wishes: dict[str, object], param: str
) -> None:
    subscription = buyer.subscribe()
    was = buyer.now_of(subscription)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        buyer.shop.stripe.subscriptions.update(subscription.id, wishes)  # type: ignore[arg-type]
    assert refused.value.param == param
    assert buyer.now_of(subscription) == was
    assert len(buyer.invoices()) == 1


def test_the_same_upgrade_sent_many_times_at_once_is_charged_once(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    buyer.advance(START + 10 * DAY)
    item = item_of(subscription)["id"]
    pairs = [
        ("items[0][id]", item),
        ("items[0][price]", buyer.prices["enterprise"]),
        *UPGRADE.items(),
    ]
    path = f"/v1/subscriptions/{subscription.id}"
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: buyer.shop.call("POST", path, dict(pairs)), range(8)))
    assert [answer.status_code for answer in answers] == [200] * 8
    assert len(buyer.invoices()) == 2
    assert len(buyer.shop.stripe.charges.list().data) == 2


@pytest.mark.parametrize("duration", ["once", "forever"])
def test_what_a_discount_took_off_is_not_given_back(buyer: Subscriber, duration: str) -> None:
    """[D] A credit for unused time is worth what was paid for that time."""
    coupon = buyer.shop.stripe.coupons.create(
        {"amount_off": 600, "currency": "usd", "duration": duration}
    )
    subscription = buyer.subscribe(discounts=[{"coupon": coupon.id}])
    assert buyer.invoices()[-1]["total"] == 1399
    buyer.advance(ODD_MOMENT)
    buyer.change(subscription, "enterprise", **UPGRADE)
    left = START + MONTH - ODD_MOMENT
    credit, _ = lines_of(buyer.invoices()[-1])
    assert (credit["amount"], credit["discount_amounts"]) == (-(1399 * left // MONTH), [])

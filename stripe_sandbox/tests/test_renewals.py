"""What happens at the end of a subscription's period, and when it cannot be collected."""

from datetime import UTC, datetime

import pytest

from stripe_sandbox.tests.shop import Shop
from stripe_sandbox.tests.subscriber import DAY, HOUR, START, Subscriber, item_of

MONTH = 31 * DAY
TWO_MONTHS = 59 * DAY


@pytest.fixture
def buyer(shop: Shop) -> Subscriber:
    return Subscriber(shop)


def test_a_renewal_drafts_an_invoice_at_the_boundary_and_collects_it_an_hour_later(
    buyer: Subscriber,
) -> None:
    subscription = buyer.subscribe()
    before = len(buyer.shop.event_types())
    buyer.advance(START + MONTH)
    told = buyer.told_since(before)
    assert told == [
        "invoice.upcoming",
        "customer.subscription.updated",
        "invoice.created",
    ]
    draft = buyer.invoices()[-1]
    assert (draft["status"], draft["billing_reason"]) == ("draft", "subscription_cycle")
    assert draft["next_payment_attempt"] == START + MONTH + HOUR
    item = item_of(buyer.now_of(subscription))
    assert (item["current_period_start"], item["current_period_end"]) == (
        START + MONTH,
        START + TWO_MONTHS,
    )
    before = len(buyer.shop.event_types())
    buyer.advance(START + MONTH + HOUR)
    told = buyer.told_since(before)
    assert told[:6] == [
        "invoice.finalized",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice.paid",
        "invoice.payment_succeeded",
    ]
    assert buyer.invoices()[-1]["status"] == "paid"
    buyer.shop.wait_for_event("invoice_payment.paid", 2)


def test_the_renewal_is_announced_by_an_invoice_without_an_id(buyer: Subscriber) -> None:
    buyer.subscribe()
    buyer.advance(START + MONTH - 7 * DAY - 1)
    assert buyer.shop.events("invoice.upcoming") == []
    buyer.advance(START + MONTH - 7 * DAY)
    [event] = buyer.shop.events("invoice.upcoming")
    upcoming = event["data"]["object"]
    assert "id" not in upcoming
    assert (upcoming["amount_due"], upcoming["billing_reason"]) == (1999, "upcoming")


def test_a_draft_can_be_added_to_for_an_hour(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    buyer.advance(START + MONTH)
    draft = buyer.invoices()[-1]
    buyer.shop.stripe.invoice_items.create(
        {
            "customer": buyer.customer,
            "invoice": draft["id"],
            "amount": 500,
            "currency": "usd",
            "description": "Setting up",
        }
    )
    buyer.advance(START + MONTH + HOUR)
    assert buyer.invoices()[-1]["amount_paid"] == 2499
    assert buyer.now_of(subscription)["status"] == "active"


def test_months_keep_the_day_of_the_anchor_where_they_have_it(shop: Shop) -> None:
    begins = int(datetime(2026, 1, 31, 12, tzinfo=UTC).timestamp())
    buyer = Subscriber(shop, begins=begins)
    subscription = buyer.subscribe()
    ends = []
    for _ in range(4):
        end = item_of(buyer.now_of(subscription))["current_period_end"]
        ends.append(f"{datetime.fromtimestamp(end, UTC):%m-%d %H}")
        buyer.advance(end + HOUR)
    assert ends == ["02-28 12", "03-31 12", "04-30 12", "05-31 12"]


def test_a_year_of_renewals_is_billed_without_a_gap(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    buyer.advance(START + 365 * DAY + HOUR)
    invoices = buyer.invoices()
    assert len(invoices) == 13
    assert {invoice["status"] for invoice in invoices} == {"paid"}
    assert len({invoice["number"] for invoice in invoices}) == 13
    spans = [invoice["lines"]["data"][0]["period"] for invoice in invoices]
    assert [span["end"] for span in spans[:-1]] == [span["start"] for span in spans[1:]]
    assert buyer.now_of(subscription)["status"] == "active"


def test_a_renewal_that_fails_makes_the_subscription_past_due(buyer: Subscriber) -> None:
    """[L] The subscription becomes past due after invoice.payment_failed was told."""
    subscription = buyer.subscribe()
    buyer.keep("pm_card_chargeCustomerFail")
    buyer.advance(START + MONTH)
    before = len(buyer.shop.event_types())
    buyer.advance(START + MONTH + HOUR)
    told = buyer.told_since(before)
    assert told == [
        "invoice.finalized",
        "payment_intent.created",
        "charge.failed",
        "payment_intent.payment_failed",
        "invoice.payment_failed",
        "customer.subscription.updated",
    ]
    invoice = buyer.invoices()[-1]
    assert (invoice["status"], invoice["attempt_count"]) == ("open", 1)
    assert invoice["next_payment_attempt"] == START + MONTH + HOUR + 3 * DAY
    assert buyer.now_of(subscription)["status"] == "past_due"


def test_a_retry_that_succeeds_makes_the_subscription_active_again(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    buyer.keep("pm_card_chargeCustomerFail")
    buyer.advance(START + MONTH + HOUR)
    buyer.keep("pm_card_visa")
    before = len(buyer.shop.event_types())
    buyer.advance(START + MONTH + HOUR + 3 * DAY)
    told = buyer.told_since(before)
    assert told[:5] == [
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice.paid",
        "invoice.payment_succeeded",
        "customer.subscription.updated",
    ]
    assert buyer.now_of(subscription)["status"] == "active"
    assert buyer.invoices()[-1]["attempt_count"] == 2


def test_an_invoice_that_is_paid_by_hand_makes_the_subscription_active_again(
    buyer: Subscriber,
) -> None:
    subscription = buyer.subscribe()
    buyer.keep("pm_card_chargeCustomerFail")
    buyer.advance(START + MONTH + HOUR)
    method = buyer.keep("pm_card_visa")
    buyer.shop.stripe.invoices.pay(buyer.invoices()[-1]["id"], {"payment_method": method})
    assert buyer.now_of(subscription)["status"] == "active"
    buyer.advance(START + MONTH + 20 * DAY)
    newest = buyer.invoices()[-1]
    # Only tries that are made by themselves count.
    assert (len(buyer.invoices()), newest["attempt_count"]) == (2, 1)


@pytest.mark.parametrize(
    ("end", "status", "event"),
    [
        ("cancel", "canceled", "customer.subscription.deleted"),
        ("unpaid", "unpaid", "customer.subscription.updated"),
        ("past_due", "past_due", None),
    ],
)
def test_when_no_retry_is_left_the_invoice_stays_open(
    buyer: Subscriber, end: str, status: str, event: str | None
) -> None:
    """[W] The last invoice stays open, whatever becomes of its subscription."""
    buyer.shop.switch(dunning_end=end, dunning_days=[1, 2])
    subscription = buyer.subscribe()
    buyer.keep("pm_card_chargeCustomerFail")
    buyer.advance(START + MONTH + HOUR + DAY)
    before = len(buyer.shop.event_types())
    buyer.advance(START + MONTH + HOUR + 3 * DAY)
    told = buyer.told_since(before)
    failed = ["charge.failed", "payment_intent.payment_failed", "invoice.payment_failed"]
    assert told == failed + ([event] if event else [])
    assert buyer.now_of(subscription)["status"] == status
    invoice = buyer.invoices()[-1]
    assert (invoice["status"], invoice["attempt_count"]) == ("open", 3)
    assert invoice["next_payment_attempt"] is None
    last = buyer.shop.events("invoice.payment_failed")[-1]["data"]["object"]
    assert last["next_payment_attempt"] is None


def test_a_subscription_that_ended_unpaid_says_why(buyer: Subscriber) -> None:
    buyer.shop.switch(dunning_days=[])
    subscription = buyer.subscribe()
    buyer.keep("pm_card_chargeCustomerFail")
    buyer.advance(START + MONTH + HOUR)
    ended = buyer.now_of(subscription)
    assert (ended["status"], ended["cancellation_details"]["reason"]) == (
        "canceled",
        "payment_failed",
    )


def test_an_unpaid_subscription_goes_on_in_drafts_that_nobody_collects(buyer: Subscriber) -> None:
    buyer.shop.switch(dunning_end="unpaid", dunning_days=[])
    subscription = buyer.subscribe()
    buyer.keep("pm_card_chargeCustomerFail")
    buyer.advance(START + TWO_MONTHS + DAY)
    assert buyer.now_of(subscription)["status"] == "unpaid"
    assert [each["status"] for each in buyer.invoices()] == ["paid", "open", "draft"]
    buyer.keep("pm_card_visa")
    newest = buyer.invoices()[-1]
    buyer.shop.stripe.invoices.finalize_invoice(newest["id"])
    buyer.shop.stripe.invoices.pay(newest["id"])
    assert buyer.now_of(subscription)["status"] == "active"


def test_a_card_that_asks_for_its_owner_cannot_renew_without_them(buyer: Subscriber) -> None:
    subscription = buyer.subscribe()
    buyer.keep("pm_card_authenticationRequired")
    buyer.advance(START + MONTH + HOUR)
    assert buyer.now_of(subscription)["status"] == "past_due"
    assert buyer.invoices()[-1]["status"] == "open"


def test_a_renewal_that_costs_nothing_is_paid_without_a_charge(buyer: Subscriber) -> None:
    coupon = buyer.shop.stripe.coupons.create({"percent_off": 100, "duration": "forever"})
    buyer.subscribe(discounts=[{"coupon": coupon.id}])
    buyer.advance(START + MONTH + HOUR)
    assert [each["status"] for each in buyer.invoices()] == ["paid", "paid"]
    assert buyer.shop.stripe.charges.list().data == []


def test_a_chosen_moment_ends_a_subscription_on_time(buyer: Subscriber) -> None:
    subscription = buyer.subscribe(cancel_at=START + 40 * DAY)
    buyer.advance(START + 40 * DAY - 1)
    assert buyer.now_of(subscription)["status"] == "active"
    buyer.advance(START + 40 * DAY)
    assert buyer.now_of(subscription)["status"] == "canceled"
    assert buyer.now_of(subscription)["ended_at"] == START + 40 * DAY

"""Schedules change subscriptions: at the end of a period, in its middle, or not after all."""

import pytest

from stripe_sandbox.tests.scheduling import Scheduler
from stripe_sandbox.tests.shop import Shop
from stripe_sandbox.tests.subscriber import DAY, HOUR, START, item_of

FEBRUARY, MARCH, APRIL = (START + days * DAY for days in (31, 59, 90))
MIDDLE = START + 31 * DAY // 2


@pytest.fixture
def buyer(shop: Shop) -> Scheduler:
    return Scheduler(shop)


def test_a_downgrade_takes_place_at_the_end_of_the_period(buyer: Scheduler) -> None:
    """§8, downgrade at period end: the events of each of its steps, in their order."""
    subscription = buyer.subscribe("professional", metadata={"order": "7"})
    item_id = item_of(subscription)["id"]
    before = len(buyer.shop.event_types())
    schedule = buyer.take_over(subscription)
    [phase] = schedule["phases"]
    assert (phase["start_date"], phase["end_date"]) == (START, FEBRUARY)
    assert [item["price"] for item in phase["items"]] == [buyer.prices["professional"]]
    assert (schedule["status"], schedule["end_behavior"]) == ("active", "release")
    assert schedule["subscription"] == subscription.id
    assert schedule["current_phase"] == {"start_date": START, "end_date": FEBRUARY}
    assert buyer.now_of(subscription)["schedule"] == schedule["id"]
    schedule = buyer.then(schedule, "starter")
    assert [phase["end_date"] for phase in schedule["phases"]] == [FEBRUARY, MARCH]
    assert buyer.told_since(before) == [
        "subscription_schedule.created",
        "customer.subscription.updated",
        "subscription_schedule.updated",
    ]
    assert buyer.price_of(subscription) == buyer.prices["professional"]

    before = len(buyer.shop.event_types())
    buyer.advance(FEBRUARY)
    assert buyer.told_since(before) == [
        "invoice.upcoming",
        "subscription_schedule.updated",
        "customer.subscription.updated",
        "invoice.created",
    ]
    told = buyer.shop.events("customer.subscription.updated")[-1]["data"]
    [old], [new] = (part["items"]["data"] for part in (told["previous_attributes"], told["object"]))
    assert (old["id"], new["id"]) == (item_id, item_id)
    assert old["price"]["id"] == buyer.prices["professional"]
    assert new["price"]["id"] == buyer.prices["starter"]
    assert (new["current_period_start"], new["current_period_end"]) == (FEBRUARY, MARCH)
    assert told["object"]["metadata"] == {"order": "7"}
    before = len(buyer.shop.event_types())
    buyer.advance(FEBRUARY + HOUR)
    assert buyer.told_since(before)[0] == "invoice.finalized"
    assert "invoice.paid" in buyer.told_since(before)
    assert [invoice["total"] for invoice in buyer.invoices()] == [4999, 1999]
    [line] = buyer.invoices()[-1]["lines"]["data"]
    assert line["parent"]["subscription_item_details"]["proration"] is False


def test_after_its_last_phase_a_schedule_lets_go_of_its_subscription(buyer: Scheduler) -> None:
    subscription = buyer.subscribe("professional")
    schedule = buyer.then(buyer.take_over(subscription), "starter")
    buyer.advance(FEBRUARY + HOUR)
    before = len(buyer.shop.event_types())
    buyer.advance(MARCH + HOUR)
    assert "subscription_schedule.released" in buyer.told_since(before)
    left = buyer.now_of(subscription)
    assert (left["schedule"], left["status"]) == (None, "active")
    ended = buyer.schedules.retrieve(schedule["id"]).to_dict()
    assert (ended["status"], ended["released_at"]) == ("released", MARCH)
    assert (ended["subscription"], ended["released_subscription"]) == (None, subscription.id)
    assert ended["current_phase"] is None
    assert [invoice["total"] for invoice in buyer.invoices()] == [4999, 1999, 1999]


def test_the_next_invoice_is_foretold_at_the_price_of_the_coming_phase(buyer: Scheduler) -> None:
    subscription = buyer.subscribe("professional")
    buyer.then(buyer.take_over(subscription), "starter")
    buyer.advance(FEBRUARY - DAY)
    told = buyer.shop.events("invoice.upcoming")[-1]["data"]["object"]
    assert told["total"] == 1999


def test_releasing_a_schedule_takes_the_downgrade_back(buyer: Scheduler) -> None:
    subscription = buyer.subscribe("professional")
    schedule = buyer.then(buyer.take_over(subscription), "starter")
    before = len(buyer.shop.event_types())
    released = buyer.schedules.release(schedule["id"])
    assert (released.status, released.subscription) == ("released", None)
    assert (released.released_at, released.released_subscription) == (START, subscription.id)
    assert buyer.told_since(before) == [
        "subscription_schedule.released",
        "customer.subscription.updated",
    ]
    told = buyer.shop.events("customer.subscription.updated")[-1]["data"]
    assert told["previous_attributes"] == {"schedule": schedule["id"]}
    buyer.advance(FEBRUARY + HOUR)
    assert buyer.price_of(subscription) == buyer.prices["professional"]
    assert [invoice["total"] for invoice in buyer.invoices()] == [4999, 4999]


def test_a_released_subscription_can_be_scheduled_again(buyer: Scheduler) -> None:
    subscription = buyer.subscribe("professional")
    first = buyer.take_over(subscription)
    buyer.schedules.release(first["id"])
    second = buyer.then(buyer.take_over(subscription), "starter")
    assert second["id"] != first["id"]
    buyer.advance(FEBRUARY)
    assert buyer.price_of(subscription) == buyer.prices["starter"]


def test_an_upgrade_at_once_leaves_the_scheduled_downgrade_as_it_is(buyer: Scheduler) -> None:
    subscription = buyer.subscribe("professional")
    schedule = buyer.then(buyer.take_over(subscription), "starter")
    buyer.advance(MIDDLE)
    before = len(buyer.shop.event_types())
    buyer.change(subscription, "enterprise", proration_behavior="always_invoice")
    assert buyer.told_since(before).count("subscription_schedule.updated") == 1
    phases = buyer.schedules.retrieve(schedule["id"]).to_dict()["phases"]
    assert [phase["items"][0]["price"] for phase in phases] == [
        buyer.prices["enterprise"],
        buyer.prices["starter"],
    ]
    assert buyer.invoices()[-1]["total"] == (9999 // 2) - (4999 // 2)
    buyer.advance(FEBRUARY + HOUR)
    assert buyer.invoices()[-1]["total"] == 1999


def test_a_pending_upgrade_reaches_the_schedule_once_it_is_paid(buyer: Scheduler) -> None:
    subscription = buyer.subscribe("professional")
    schedule = buyer.then(buyer.take_over(subscription), "starter")
    buyer.keep("pm_card_chargeCustomerFail")
    wishes = {
        "proration_behavior": "always_invoice",
        "payment_behavior": "pending_if_incomplete",
    }
    buyer.advance(MIDDLE)
    assert buyer.change(subscription, "enterprise", **wishes)["pending_update"]
    first = buyer.schedules.retrieve(schedule["id"]).to_dict()["phases"][0]
    assert first["items"][0]["price"] == buyer.prices["professional"]
    buyer.keep("pm_card_visa")
    buyer.shop.stripe.invoices.pay(buyer.invoices()[-1]["id"])
    first = buyer.schedules.retrieve(schedule["id"]).to_dict()["phases"][0]
    assert first["items"][0]["price"] == buyer.prices["enterprise"]


def test_a_schedule_goes_through_three_phases_over_months(buyer: Scheduler) -> None:
    schedule = buyer.open(
        ("starter", {"duration": {"interval": "month", "interval_count": 2}}),
        ("professional", {"duration": {"interval": "month"}, "metadata": {"step": "two"}}),
        ("enterprise", {}),
    )
    starts = [phase["start_date"] for phase in schedule["phases"]]
    assert starts == [START, MARCH, APRIL]
    assert schedule["phases"][-1]["end_date"] == START + 120 * DAY
    subscription = buyer.shop.stripe.subscriptions.retrieve(schedule["subscription"])
    assert subscription.status == "active"
    buyer.advance(APRIL + HOUR)
    assert [invoice["total"] for invoice in buyer.invoices()] == [1999, 1999, 4999, 9999]
    assert buyer.now_of(subscription)["metadata"] == {"step": "two"}
    now = buyer.schedules.retrieve(schedule["id"]).to_dict()
    assert now["current_phase"]["start_date"] == APRIL
    buyer.advance(START + 120 * DAY + HOUR)
    assert buyer.schedules.retrieve(schedule["id"]).status == "released"
    assert buyer.invoices()[-1]["total"] == 9999


@pytest.mark.parametrize(
    ("behavior", "totals", "at_renewal"),
    [
        ("none", [1999], 4999),
        ("create_prorations", [1999], 4999 + 4999 // 2 - 1999 // 2),
        ("always_invoice", [1999, 4999 // 2 - 1999 // 2], 4999),
    ],
)
def test_a_phase_that_begins_in_the_middle_of_a_period_prorates_as_it_says(
    buyer: Scheduler, behavior: str, totals: list[int], at_renewal: int
) -> None:
    subscription = buyer.subscribe("starter")
    schedule = buyer.take_over(subscription)
    buyer.put_phases(
        schedule,
        buyer.phase("starter", start_date=START, end_date=MIDDLE),
        buyer.phase("professional", end_date=MARCH, proration_behavior=behavior),
    )
    before = len(buyer.shop.event_types())
    buyer.advance(MIDDLE)
    assert buyer.price_of(subscription) == buyer.prices["professional"]
    told = buyer.told_since(before)
    assert told.count("invoiceitem.created") == (0 if behavior == "none" else 2)
    assert told.count("customer.subscription.updated") == 1
    assert [invoice["total"] for invoice in buyer.invoices()] == totals
    buyer.advance(FEBRUARY + HOUR)
    assert [invoice["total"] for invoice in buyer.invoices()] == [*totals, at_renewal]


def test_the_current_phase_can_be_ended_now(buyer: Scheduler) -> None:
    subscription = buyer.subscribe("starter")
    schedule = buyer.take_over(subscription)
    buyer.advance(MIDDLE)
    changed = buyer.put_phases(
        schedule,
        buyer.phase("starter", start_date=START, end_date="now"),
        buyer.phase("professional", end_date=MARCH, proration_behavior="none"),
    )
    assert changed["current_phase"] == {"start_date": MIDDLE, "end_date": MARCH}
    assert buyer.price_of(subscription) == buyer.prices["professional"]


def test_a_change_of_the_current_phase_changes_the_subscription_at_once(buyer: Scheduler) -> None:
    subscription = buyer.subscribe("starter")
    schedule = buyer.take_over(subscription)
    buyer.advance(MIDDLE)
    before = len(buyer.shop.event_types())
    buyer.put_phases(
        schedule,
        buyer.phase("professional", start_date=START, end_date=FEBRUARY, metadata={"a": "b"}),
        proration_behavior="always_invoice",
    )
    assert buyer.told_since(before)[:4] == [
        "subscription_schedule.updated",
        "invoiceitem.created",
        "invoiceitem.created",
        "customer.subscription.updated",
    ]
    assert buyer.now_of(subscription)["metadata"] == {"a": "b"}
    assert len(buyer.invoices()) == 2


def test_a_schedule_may_end_its_subscription(buyer: Scheduler) -> None:
    subscription = buyer.subscribe("starter")
    schedule = buyer.then(buyer.take_over(subscription), "professional", end_behavior="cancel")
    assert buyer.now_of(subscription)["cancel_at"] == MARCH
    buyer.advance(FEBRUARY + HOUR)
    before = len(buyer.shop.event_types())
    buyer.advance(MARCH + HOUR)
    assert buyer.told_since(before) == [
        "subscription_schedule.completed",
        "customer.subscription.deleted",
    ]
    ended = buyer.schedules.retrieve(schedule["id"])
    assert (ended.status, ended.completed_at, ended.canceled_at) == ("completed", MARCH, None)
    assert buyer.now_of(subscription)["status"] == "canceled"
    assert [invoice["total"] for invoice in buyer.invoices()] == [1999, 4999]


def test_a_subscription_that_renews_before_its_schedule_ends_it_is_foretold(
    buyer: Scheduler,
) -> None:
    schedule = buyer.take_over(buyer.subscribe("starter"))
    buyer.then(schedule, "professional", end_behavior="cancel")
    buyer.advance(FEBRUARY)
    assert buyer.shop.events("invoice.upcoming")[-1]["data"]["object"]["total"] == 4999


@pytest.mark.parametrize("preserves", [False, True])
def test_releasing_a_schedule_that_ends_its_subscription_may_keep_the_end(
    buyer: Scheduler, preserves: bool
) -> None:
    subscription = buyer.subscribe("starter")
    schedule = buyer.then(buyer.take_over(subscription), "professional", end_behavior="cancel")
    buyer.schedules.release(schedule["id"], {"preserve_cancel_date": preserves})
    assert buyer.now_of(subscription)["cancel_at"] == (MARCH if preserves else None)
    buyer.advance(MARCH)
    status = buyer.now_of(subscription)["status"]
    assert status == ("canceled" if preserves else "active")


def test_a_change_of_interval_begins_a_new_rhythm(buyer: Scheduler) -> None:
    buyer.prices["yearly"] = buyer.price("Yearly", 19900, "year")
    subscription = buyer.subscribe("professional")
    schedule = buyer.then(buyer.take_over(subscription), "yearly")
    a_year_later = FEBRUARY + 365 * DAY
    assert schedule["phases"][-1]["end_date"] == a_year_later
    buyer.advance(FEBRUARY + HOUR)
    assert buyer.invoices()[-1]["total"] == 19900
    assert item_of(buyer.now_of(subscription))["current_period_end"] == a_year_later


def test_items_keep_their_ids_where_a_phase_has_their_price(buyer: Scheduler) -> None:
    items = [{"price": buyer.prices[plan]} for plan in ("starter", "professional")]
    subscription = buyer.subscribe(items=items)
    old = {item["price"]["id"]: item["id"] for item in subscription["items"]["data"]}
    buyer.then(buyer.take_over(subscription), "professional", items=items[1:], keep=items)
    buyer.advance(FEBRUARY)
    assert item_of(buyer.now_of(subscription))["id"] == old[buyer.prices["professional"]]

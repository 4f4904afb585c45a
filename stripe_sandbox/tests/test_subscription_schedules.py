"""Subscription schedules begin, end and are looked up."""

import pytest

from stripe_sandbox.tests.scheduling import Scheduler
from stripe_sandbox.tests.shop import Shop
from stripe_sandbox.tests.subscriber import DAY, HOUR, START, item_of

FEBRUARY, MARCH = (START + days * DAY for days in (31, 59))


@pytest.fixture
def buyer(shop: Shop) -> Scheduler:
    return Scheduler(shop)


def test_a_schedule_may_begin_its_subscription_at_once(buyer: Scheduler) -> None:
    before = len(buyer.shop.event_types())
    method = buyer.keep("pm_card_mastercard")
    schedule = buyer.open(
        ("starter", {"metadata": {"plan": "starter"}}),
        default_settings={"default_payment_method": method, "description": "By schedule"},
        metadata={"made_by": "shop"},
    )
    assert (schedule["status"], schedule["metadata"]) == ("active", {"made_by": "shop"})
    assert schedule["current_phase"] == {"start_date": START, "end_date": FEBRUARY}
    told = [each for each in buyer.told_since(before) if "subscription" in each]
    assert told == [
        "subscription_schedule.created",
        "customer.subscription.created",
        "customer.subscription.updated",
    ]
    subscription = buyer.shop.stripe.subscriptions.retrieve(schedule["subscription"])
    assert (subscription.status, subscription.schedule) == ("active", schedule["id"])
    assert subscription.default_payment_method == method
    assert (subscription.description, subscription.metadata["plan"]) == ("By schedule", "starter")


def test_a_schedule_may_begin_its_subscription_later(buyer: Scheduler) -> None:
    later = START + 10 * DAY
    schedule = buyer.open(
        ("starter", {"end_date": later + 31 * DAY}), ("professional", {}), start_date=later
    )
    assert (schedule["status"], schedule["subscription"]) == ("not_started", None)
    assert [each.id for each in buyer.schedules.list({"scheduled": True})] == [schedule["id"]]
    assert buyer.shop.stripe.subscriptions.list().data == []
    buyer.advance(later - 1)
    assert buyer.invoices() == []
    before = len(buyer.shop.event_types())
    buyer.advance(later)
    told = [each for each in buyer.told_since(before) if "subscription" in each]
    assert told[:2] == ["subscription_schedule.updated", "customer.subscription.created"]
    started = buyer.schedules.retrieve(schedule["id"], {"expand": ["subscription"]}).to_dict()
    assert started["status"] == "active"
    subscription = started["subscription"]
    assert subscription["billing_cycle_anchor"] == subscription["start_date"] == later
    assert item_of(subscription)["current_period_end"] == later + 31 * DAY
    assert buyer.schedules.list({"scheduled": True}).data == []
    buyer.advance(later + 31 * DAY + HOUR)
    assert [invoice["total"] for invoice in buyer.invoices()] == [1999, 4999]


def test_a_schedule_that_has_not_started_can_be_moved(buyer: Scheduler) -> None:
    schedule = buyer.open(("starter", {}), start_date=START + 10 * DAY)
    sooner = buyer.put_phases(schedule, buyer.phase("professional", start_date=START + 5 * DAY))
    assert sooner["phases"][0]["end_date"] == START + 36 * DAY
    buyer.advance(START + 10 * DAY)
    assert [invoice["total"] for invoice in buyer.invoices()] == [4999]
    other = buyer.open(("starter", {}), start_date=START + 20 * DAY)
    begun = buyer.put_phases(other, buyer.phase("starter", start_date="now"))
    assert (begun["status"], begun["current_phase"]["start_date"]) == (
        "active",
        START + 10 * DAY,
    )


def test_a_schedule_that_has_not_started_can_be_canceled_or_released(buyer: Scheduler) -> None:
    first, second = (buyer.open(("starter", {}), start_date=START + DAY) for _ in range(2))
    canceled = buyer.schedules.cancel(first["id"])
    assert (canceled.status, canceled.canceled_at) == ("canceled", START)
    released = buyer.schedules.release(second["id"])
    assert (released.status, released.released_subscription) == ("released", None)
    buyer.advance(START + 2 * DAY)
    assert buyer.shop.stripe.subscriptions.list().data == []


def test_canceling_a_schedule_ends_its_subscription_and_gives_back_what_is_left(
    buyer: Scheduler,
) -> None:
    subscription = buyer.subscribe("starter")
    schedule = buyer.then(buyer.take_over(subscription), "professional")
    buyer.advance(START + 31 * DAY // 2)
    before = len(buyer.shop.event_types())
    canceled = buyer.schedules.cancel(schedule["id"])
    assert (canceled.status, canceled.canceled_at) == ("canceled", START + 31 * DAY // 2)
    assert buyer.told_since(before)[:3] == [
        "invoiceitem.created",
        "subscription_schedule.canceled",
        "customer.subscription.deleted",
    ]
    assert buyer.invoices()[-1]["total"] == -999
    assert buyer.now_of(subscription)["status"] == "canceled"


def test_canceling_a_schedule_may_give_nothing_back(buyer: Scheduler) -> None:
    subscription = buyer.subscribe("starter")
    schedule = buyer.take_over(subscription)
    buyer.schedules.cancel(schedule["id"], {"prorate": False})
    assert buyer.now_of(subscription)["status"] == "canceled"
    assert len(buyer.invoices()) == 1


def test_a_subscription_that_ends_ends_its_schedule(buyer: Scheduler) -> None:
    subscription = buyer.subscribe("starter")
    schedule = buyer.take_over(subscription)
    buyer.shop.stripe.subscriptions.cancel(subscription.id)
    assert buyer.schedules.retrieve(schedule["id"]).status == "canceled"


def test_a_schedule_of_a_subscription_that_nobody_pays_is_aborted(shop: Shop) -> None:
    buyer = Scheduler(shop, card="pm_card_chargeCustomerFail")
    schedule = buyer.open(("starter", {}))
    buyer.advance(START + DAY)
    ended = buyer.schedules.retrieve(schedule["id"], {"expand": ["subscription"]}).to_dict()
    assert ended["subscription"]["status"] == "incomplete_expired"
    assert ended["status"] == "canceled"
    assert shop.events("subscription_schedule.aborted")


def test_a_schedule_takes_over_when_its_subscription_shall_end(buyer: Scheduler) -> None:
    subscription = buyer.subscribe("starter", cancel_at=MARCH)
    schedule = buyer.take_over(subscription)
    assert (schedule["end_behavior"], schedule["phases"][0]["end_date"]) == ("cancel", MARCH)
    buyer.then(schedule, "professional", end_behavior="release")
    assert buyer.now_of(subscription)["cancel_at"] is None


@pytest.mark.parametrize("sends_past", [False, True])
def test_phases_that_are_over_stay(buyer: Scheduler, sends_past: bool) -> None:
    schedule = buyer.then(buyer.take_over(buyer.subscribe("starter")), "professional")
    buyer.advance(FEBRUARY + HOUR)
    past = buyer.phase("starter", start_date=START, end_date=FEBRUARY)
    now = buyer.phase("professional", start_date=FEBRUARY, end_date=MARCH)
    phases = [now, buyer.phase("enterprise")]
    changed = buyer.put_phases(schedule, *([past] if sends_past else []), *phases)
    starts = [phase["start_date"] for phase in changed["phases"]]
    assert starts == [START, FEBRUARY, MARCH]
    assert changed["current_phase"] == {"start_date": FEBRUARY, "end_date": MARCH}


def test_a_phase_of_a_month_ends_with_the_billing_period(shop: Shop) -> None:
    january_31 = START + 30 * DAY
    buyer = Scheduler(shop, begins=january_31)
    schedule = buyer.then(buyer.take_over(buyer.subscribe("professional")), "starter")
    march_31 = START + 89 * DAY
    assert [phase["end_date"] for phase in schedule["phases"]] == [START + 58 * DAY, march_31]


def test_settings_and_metadata_of_a_schedule_can_be_changed(buyer: Scheduler) -> None:
    subscription = buyer.subscribe("starter")
    schedule = buyer.take_over(subscription)
    method = buyer.keep("pm_card_mastercard")
    changed = buyer.schedules.update(
        schedule["id"],
        {
            "metadata": {"why": "asked"},
            "default_settings": {"default_payment_method": method, "description": "Now so"},
        },
    )
    assert changed.metadata["why"] == "asked"
    assert changed.default_settings.default_payment_method == method
    now = buyer.now_of(subscription)
    assert (now["default_payment_method"], now["description"]) == (method, "Now so")


def test_a_phase_may_have_a_discount_of_its_own(buyer: Scheduler) -> None:
    coupon = buyer.shop.stripe.coupons.create({"percent_off": 50, "duration": "forever"})
    discounts = [{"coupon": coupon.id}]
    schedule = buyer.open(
        ("starter", {"duration": {"interval": "month"}, "discounts": discounts}),
        ("starter", {"duration": {"interval": "month"}, "discounts": discounts}),
        ("starter", {}),
    )
    assert schedule["phases"][0]["discounts"][0]["coupon"] == coupon.id
    buyer.advance(MARCH + HOUR)
    assert [invoice["total"] for invoice in buyer.invoices()] == [999, 999, 1999]
    assert buyer.shop.stripe.coupons.retrieve(coupon.id).times_redeemed == 1


def test_a_downgrade_keeps_the_discounts_that_its_phases_name(buyer: Scheduler) -> None:
    coupon = buyer.shop.stripe.coupons.create({"percent_off": 10, "duration": "forever"})
    subscription = buyer.subscribe("professional", discounts=[{"coupon": coupon.id}])
    schedule = buyer.take_over(subscription)
    [discount] = schedule["phases"][0]["discounts"]
    kept = {"discounts": [{"discount": discount["discount"]}]}
    buyer.put_phases(
        schedule,
        buyer.phase("professional", start_date=START, end_date=FEBRUARY) | kept,
        buyer.phase("starter") | kept,
    )
    buyer.advance(FEBRUARY + HOUR)
    assert [invoice["total"] for invoice in buyer.invoices()] == [4499, 1799]
    assert buyer.shop.events("customer.discount.deleted") == []


def test_prices_may_be_described_inline_and_out_of_sale_later(buyer: Scheduler) -> None:
    product = buyer.shop.stripe.products.create({"name": "Special"})
    data = {
        "currency": "usd",
        "product": product.id,
        "unit_amount": 700,
        "recurring": {"interval": "month"},
    }
    first = buyer.phase("professional", start_date=START, end_date=FEBRUARY)
    second = {"items": [{"price_data": data, "quantity": 2}]}
    schedule = buyer.take_over(buyer.subscribe("professional"))
    buyer.shop.stripe.prices.update(buyer.prices["professional"], {"active": False})
    buyer.put_phases(schedule, first, second)
    buyer.advance(FEBRUARY + HOUR)
    assert buyer.invoices()[-1]["total"] == 1400


def test_schedules_are_listed_and_opened(buyer: Scheduler) -> None:
    first = buyer.take_over(buyer.subscribe("starter"))
    second = buyer.take_over(buyer.subscribe("starter"))
    buyer.schedules.release(first["id"])
    found = {
        name: [each.id for each in buyer.schedules.list({name: {"gte": START}}).data]
        for name in ("released_at", "canceled_at", "completed_at", "created")
    }
    assert found == {
        "released_at": [first["id"]],
        "canceled_at": [],
        "completed_at": [],
        "created": [second["id"], first["id"]],
    }
    assert buyer.schedules.list({"customer": "cus_other"}).data == []
    paths = ["customer", "subscription.latest_invoice", "phases.items.price.product"]
    opened = buyer.schedules.retrieve(second["id"], {"expand": paths}).to_dict()
    assert opened["customer"]["id"] == buyer.customer
    assert opened["subscription"]["latest_invoice"]["status"] == "paid"
    assert opened["phases"][0]["items"][0]["price"]["product"]["name"] == "Starter"
    by_subscription = buyer.shop.stripe.subscriptions.retrieve(
        second["subscription"], {"expand": ["schedule"]}
    ).to_dict()
    assert by_subscription["schedule"]["id"] == second["id"]

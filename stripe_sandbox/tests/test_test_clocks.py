"""Test clocks: customers who live in a time of their own."""

import pytest
import stripe

from stripe_sandbox.tests.shop import Shop
from stripe_sandbox.tests.subscriber import DAY, START, Subscriber

FAMILY = "test_helpers.test_clock"


def test_what_belongs_to_a_customer_on_a_clock_shows_its_time(shop: Shop) -> None:
    buyer = Subscriber(shop)
    subscription = buyer.subscribe()
    [invoice] = buyer.invoices()
    assert shop.stripe.customers.retrieve(buyer.customer).created == START
    assert (subscription.created, subscription.test_clock) == (START, buyer.clock)
    assert (invoice["created"], invoice["test_clock"]) == (START, buyer.clock)
    [charge] = shop.stripe.charges.list().data
    assert charge.created == START


def test_a_clock_advances_and_is_ready_again(shop: Shop) -> None:
    clocks = shop.stripe.test_helpers.test_clocks
    clock = clocks.create({"frozen_time": START, "name": "a year ahead"})
    assert (clock.status, clock.frozen_time, clock.name) == ("ready", START, "a year ahead")
    moving = clocks.advance(clock.id, {"frozen_time": START + DAY})
    assert moving.status == "advancing"
    assert moving.status_details.advancing
    assert moving.status_details.advancing.target_frozen_time == START + DAY
    shop.wait_for_event(f"{FAMILY}.ready")
    assert clocks.retrieve(clock.id).frozen_time == START + DAY
    assert shop.event_types() == [f"{FAMILY}.{each}" for each in ("created", "advancing", "ready")]
    assert [each.id for each in clocks.list()] == [clock.id]


def test_clocks_do_not_move_each_other_or_the_account(shop: Shop) -> None:
    one, other = Subscriber(shop), Subscriber(shop)
    subscription = other.subscribe()
    one.subscribe()
    one.advance(START + 40 * DAY)
    assert len(one.invoices()) == 2
    assert len(other.invoices()) == 1
    assert other.now_of(subscription)["items"]["data"][0]["current_period_start"] == START


@pytest.mark.parametrize("moment", [START - 1, START, START + 63 * DAY])
def test_a_clock_goes_ahead_only_and_by_two_intervals_at_most(shop: Shop, moment: int) -> None:
    buyer = Subscriber(shop)
    buyer.subscribe()
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.stripe.test_helpers.test_clocks.advance(buyer.clock, {"frozen_time": moment})
    assert refused.value.param == "frozen_time"
    assert shop.stripe.test_helpers.test_clocks.retrieve(buyer.clock).frozen_time == START


def test_a_deleted_clock_takes_its_customers_along(shop: Shop) -> None:
    buyer = Subscriber(shop)
    subscription = buyer.subscribe()
    assert shop.stripe.test_helpers.test_clocks.delete(buyer.clock).deleted
    for path in (
        f"/v1/customers/{buyer.customer}",
        f"/v1/subscriptions/{subscription.id}",
        f"/v1/test_helpers/test_clocks/{buyer.clock}",
    ):
        assert shop.call("GET", path).status_code == 404
    assert shop.stripe.charges.list().data == []


def test_customers_are_listed_by_their_clock(shop: Shop) -> None:
    buyer = Subscriber(shop)
    shop.stripe.customers.create({"name": "Somebody else"})
    found = shop.stripe.customers.list({"test_clock": buyer.clock}).data
    assert [each.id for each in found] == [buyer.customer]


def test_what_a_bank_answers_later_comes_while_the_clock_stands(shop: Shop) -> None:
    buyer = Subscriber(shop)
    buyer.subscribe()
    told = shop.wait_for_event("charge.updated")
    assert told["data"]["object"]["balance_transaction"]
    assert told["created"] == START

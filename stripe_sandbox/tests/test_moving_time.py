"""``/_sandbox/advance``: a time that has come sooner."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from stripe_sandbox.tests.program import Program
from stripe_sandbox.tests.receiver import Receiver
from stripe_sandbox.tests.shop import Shop
from stripe_sandbox.tests.subscriber import DAY, LATE, START, Subscriber


def advance(shop: Shop, **wanted: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {shop.key}"}
    return shop.http.post("/_sandbox/advance", json=wanted, headers=headers)


@pytest.fixture
def own_program() -> Iterator[Program]:
    program = Program()
    yield program
    program.stop()


def test_an_account_is_moved_and_tells_its_new_time(shop: Shop) -> None:
    answer = advance(shop, days=31, hours=1.5, seconds=10)
    assert answer.status_code == 200
    expected = time.time() + 31 * DAY + 5410
    assert abs(answer.json()["now"] - expected) < 5
    customer = shop.stripe.customers.create()
    assert abs(customer.created - expected) < 5
    again = advance(shop, days=1).json()
    assert abs(again["now"] - expected - DAY) < 5
    assert again["account"] == answer.json()["account"]


def test_what_is_due_on_the_way_has_happened_when_the_answer_comes(shop: Shop) -> None:
    shop.switch(charge_updated_delay=3600)
    session = shop.open_session()
    shop.charge()
    advance(shop, hours=2)
    assert "charge.updated" in shop.event_types()
    assert shop.stripe.checkout.sessions.retrieve(session.id).status == "open"
    advance(shop, days=1)
    assert shop.stripe.checkout.sessions.retrieve(session.id).status == "expired"
    [charge] = shop.stripe.charges.list().data
    updated, expired = shop.events("charge.updated", "checkout.session.expired")
    assert abs(updated["created"] - charge.created - 3600) <= 1
    assert abs(expired["created"] - session.expires_at) <= 1


def test_what_falls_due_soon_after_a_move_is_not_slept_through(shop: Shop) -> None:
    shop.switch(charge_updated_delay=600)
    shop.charge()
    advance(shop, seconds=599)
    assert "charge.updated" not in shop.event_types()
    shop.wait_for_event("charge.updated")


def test_a_subscription_renews_each_month_of_a_year(shop: Shop) -> None:
    customer = shop.stripe.customers.create().id
    method = shop.stripe.payment_methods.attach("pm_card_visa", {"customer": customer}).id
    price = shop.stripe.prices.create(
        {
            "currency": "usd",
            "unit_amount": 1999,
            "recurring": {"interval": "month"},
            "product_data": {"name": "Starter"},
        }
    )
    subscription = shop.stripe.subscriptions.create(
        {"customer": customer, "items": [{"price": price.id}], "default_payment_method": method}
    )
    began = shop.stripe.subscriptions.retrieve(subscription.id).start_date
    advance(shop, days=366)
    paid = shop.events("invoice.paid")
    assert [each["data"]["object"]["billing_reason"] for each in paid] == [
        "subscription_create",
        *["subscription_cycle"] * 12,
    ]
    moments = [each["created"] for each in paid]
    assert moments == sorted(moments)
    assert moments[-1] > began + 360 * DAY


def test_what_lives_by_a_test_clock_stays(shop: Shop) -> None:
    buyer = Subscriber(shop)
    subscription = buyer.subscribe()
    advance(shop, days=70)
    assert len(buyer.invoices()) == 1
    period = buyer.now_of(subscription)["items"]["data"][0]
    assert period["current_period_start"] == START


def test_one_test_clock_can_be_moved_alone_and_further_than_the_api_allows(shop: Shop) -> None:
    buyer = Subscriber(shop)
    buyer.subscribe()
    answer = advance(shop, test_clock=buyer.clock, days=92)
    assert answer.json()["now"] == START + 92 * DAY
    clock = shop.stripe.test_helpers.test_clocks.retrieve(buyer.clock)
    assert (clock.status, clock.frozen_time) == ("ready", START + 92 * DAY)
    assert [each["status"] for each in buyer.invoices()] == ["paid"] * 4
    assert abs(shop.stripe.products.create({"name": "x"}).created - time.time()) < 5
    told = [each for each in shop.event_types() if each not in LATE]
    assert told[-2:] == ["test_helpers.test_clock.ready", "product.created"]


def test_webhooks_about_moved_time_are_sent_now(shop: Shop, receiver: Receiver) -> None:
    shop.endpoint(receiver.url, "checkout.session.expired")
    shop.open_session()
    advance(shop, days=2)
    [came] = receiver.wait_for(lambda all_: len(all_) == 1)
    assert abs(int(came.signature.partition("t=")[2].partition(",")[0]) - time.time()) < 10


def test_without_a_key_all_accounts_are_moved(own_program: Program) -> None:
    shops = [Shop(own_program.url) for _ in range(2)]
    for shop in shops:
        shop.stripe.customers.create()
    answer = shops[0].http.post("/_sandbox/advance", json={"hours": 24})
    assert [abs(each["now"] - time.time() - DAY) < 5 for each in answer.json()["accounts"]] == [
        True,
        True,
    ]
    for shop in shops:
        assert shop.stripe.customers.create().created > time.time() + DAY - 5
        shop.close()


def test_a_reset_brings_the_time_back(shop: Shop) -> None:
    advance(shop, days=31)
    shop.http.post("/_sandbox/reset", headers={"Authorization": f"Bearer {shop.key}"})
    assert abs(shop.stripe.customers.create().created - time.time()) < 5


@pytest.mark.parametrize(
    ("wrong", "status", "told"),
    [
        ({}, 400, "how far"),
        ({"days": 0}, 400, "how far"),
        ({"days": -1}, 400, "days must be a number of days"),
        ({"hours": "2"}, 400, "hours must be a number of hours"),
        ({"days": True}, 400, "days must be a number"),
        ({"days": 3661}, 400, "from 0 to 3660"),
        ({"days": 3660, "hours": 1}, 400, "ten years"),
        ({"weeks": 1}, 400, "weeks"),
        ({"days": 1, "test_clock": 7}, 400, "test_clock"),
        ({"days": 1, "test_clock": "clock_none"}, 404, "clock_none"),
    ],
)
def test_a_move_that_makes_no_sense_is_refused(
    shop: Shop, wrong: dict[str, Any], status: int, told: str
) -> None:
    answer = advance(shop, **wrong)
    assert answer.status_code == status
    assert told in answer.json()["error"]["message"]
    assert abs(shop.stripe.customers.create().created - time.time()) < 5


def stop(shop: Shop, moment: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {shop.key}"}
    return shop.http.post("/_sandbox/clock", json={"stands_at": moment}, headers=headers)


def test_a_clock_that_stands_gives_the_same_times_and_moves_by_what_it_is_told(shop: Shop) -> None:
    moment = int(time.time()) + 100 * DAY
    assert stop(shop, moment).json() == {"now": moment}
    first, second = (shop.stripe.customers.create().created for _ in range(2))
    assert first == second == moment
    assert advance(shop, days=31).json()["now"] == moment + 31 * DAY
    assert shop.stripe.customers.create().created == moment + 31 * DAY


def test_a_clock_that_goes_again_goes_on_from_where_it_stood(shop: Shop) -> None:
    moment = int(time.time()) + 100 * DAY
    stop(shop, moment)
    assert moment <= stop(shop, None).json()["now"] < moment + 5
    assert moment <= shop.stripe.customers.create().created < moment + 60


@pytest.mark.parametrize("moment", ["soon", -1, True, [], 10**11])
def test_a_clock_stands_at_no_nonsense(shop: Shop, moment: Any) -> None:
    assert stop(shop, moment).status_code == 400
    assert abs(shop.stripe.customers.create().created - time.time()) < 60

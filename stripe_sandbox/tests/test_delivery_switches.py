"""Switches of webhooks: late, twice, in disorder, not at all; and waiting until all came."""

import time

import pytest

from stripe_sandbox.tests.receiver import Receiver
from stripe_sandbox.tests.shop import Shop


def names_sent(shop: Shop, receiver: Receiver, count: int) -> list[str]:
    """Make so many customers, and return their names in the order of the deliveries."""
    for number in range(count):
        shop.stripe.customers.create({"name": f"{number}"})
    came = receiver.wait_for(lambda all_: len(all_) == count)
    receiver.received.clear()
    return [each.event["data"]["object"]["name"] for each in came]


def test_a_seed_makes_a_shuffled_order_repeat(shop: Shop, receiver: Receiver) -> None:
    shop.endpoint(receiver.url, "customer.created")
    rounds = []
    for _ in range(2):
        # This seed leaves 0.14 seconds between any two: no slow machine changes their order.
        shop.switch(seed=551, shuffle=True, shuffle_window=1, deliveries_at_once=1)
        rounds.append(names_sent(shop, receiver, 6))
    assert rounds[0] == rounds[1] != sorted(rounds[0])
    shop.switch(shuffle=False)
    assert names_sent(shop, receiver, 6) == sorted(rounds[0])


def test_every_event_can_come_twice(shop: Shop, receiver: Receiver) -> None:
    shop.switch(duplicate=2)
    shop.endpoint(receiver.url)
    shop.stripe.customers.create()
    came = receiver.wait_for(lambda all_: len(all_) == 2)
    assert came[0].event["id"] == came[1].event["id"]
    assert len(shop.settle()) == 2
    assert len(shop.events()) == 1


def test_a_delay_lets_a_shop_hear_of_it_late(shop: Shop, receiver: Receiver) -> None:
    shop.switch(delivery_delay=0.3)
    shop.endpoint(receiver.url)
    began = time.time()
    shop.stripe.customers.create()
    [delivery] = shop.deliveries()
    assert (delivery["state"], delivery["tries"]) == ("pending", [])
    [came] = receiver.wait_for(lambda all_: len(all_) == 1)
    assert came.at - began >= 0.3


def test_first_tries_are_dropped_and_logged(shop: Shop, receiver: Receiver) -> None:
    shop.switch(drop_first=2)
    shop.endpoint(receiver.url)
    shop.stripe.customers.create()
    receiver.wait_for(lambda all_: len(all_) == 1)
    [delivery] = shop.settle()
    assert [(each["status"], each["error"]) for each in delivery["tries"]] == [
        (None, "dropped"),
        (None, "dropped"),
        (200, None),
    ]
    assert len(receiver.received) == 1


def test_settling_waits_for_what_is_under_way(shop: Shop, receiver: Receiver) -> None:
    receiver.seconds_to_answer = lambda path: 0.3
    shop.endpoint(receiver.url)
    for _ in range(3):
        shop.stripe.customers.create()
    assert [each["state"] for each in shop.settle()] == ["delivered"] * 3


def test_settling_waits_for_retries_only_when_asked(shop: Shop, receiver: Receiver) -> None:
    receiver.statuses = [500]
    shop.switch(retry_delays=[0.6])
    shop.endpoint(receiver.url)
    shop.stripe.customers.create()
    [delivery] = shop.settle(retries_within=0)
    assert (delivery["state"], len(delivery["tries"])) == ("pending", 1)
    [delivery] = shop.settle(retries_within=5)
    assert (delivery["state"], len(delivery["tries"])) == ("delivered", 2)


def test_settling_gives_up_after_its_time_and_tells_what_is_left(shop: Shop) -> None:
    headers = {"Authorization": f"Bearer {shop.key}"}
    shop.switch(delivery_delay=60)
    shop.endpoint("http://127.0.0.1:9/")
    shop.stripe.customers.create()
    answer = shop.http.post("/_sandbox/settle", json={"timeout": 0.1}, headers=headers)
    assert (answer.status_code, answer.json()["settled"]) == (504, False)
    assert [each["type"] for each in answer.json()["left"]] == ["customer.created"]


@pytest.mark.parametrize(
    "wrong", [{"timeout": -1}, {"timeout": "long"}, {"retries_within": 301}, {"patience": 1}]
)
def test_settling_refuses_what_it_does_not_understand(shop: Shop, wrong: dict[str, object]) -> None:
    headers = {"Authorization": f"Bearer {shop.key}"}
    answer = shop.http.post("/_sandbox/settle", json=wrong, headers=headers)
    assert answer.status_code == 400
    assert next(iter(wrong)) in answer.json()["error"]["message"]
    assert shop.http.post("/_sandbox/settle", json={}).status_code == 401


def test_the_log_of_deliveries_is_filtered(shop: Shop, receiver: Receiver) -> None:
    shop.switch(retry_delays=[])
    shop.endpoint(f"{receiver.url}/good", "customer.created")
    shop.endpoint("http://127.0.0.1:9/bad", "product.created")
    shop.stripe.customers.create()
    shop.stripe.products.create({"name": "Credits"})
    shop.settle()
    [delivered] = shop.deliveries(state="delivered")
    [failed] = shop.deliveries(state="failed")
    assert (delivered["type"], failed["type"]) == ("customer.created", "product.created")
    assert shop.deliveries(type="product.created") == [failed]
    assert shop.deliveries(event=delivered["event"]) == [delivered]
    assert shop.deliveries(event=delivered["event"], state="failed") == []
    assert shop.deliveries(state="pending") == []
    for wrong in ({"state": "lost"}, {"kind": "x"}):
        answer = shop.call("GET", "/_sandbox/deliveries", wrong)
        assert answer.status_code == 400

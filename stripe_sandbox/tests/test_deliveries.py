"""Webhooks: who gets what, signed, again after failures, and by hand."""

import time

import pytest
import stripe

from stripe_sandbox.tests.receiver import Received, Receiver
from stripe_sandbox.tests.shop import Json, Shop


def wait_until_settled(shop: Shop, count: int) -> list[Json]:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        log = shop.deliveries()
        if len(log) >= count and not any(each["state"] == "pending" for each in log):
            return log
        time.sleep(0.02)
    raise AssertionError(f"not settled: {shop.deliveries()}")


def test_deliveries_are_signed_with_the_endpoints_secret(shop: Shop, receiver: Receiver) -> None:
    endpoint = shop.endpoint(f"{receiver.url}/hook")
    customer = shop.stripe.customers.create({"name": "Ann"})
    [came] = receiver.wait_for(lambda all_: len(all_) == 1)
    assert endpoint.secret and came.path == "/hook"
    event = stripe.Webhook.construct_event(came.body, came.signature, endpoint.secret)
    assert (event.type, event.api_version) == ("customer.created", "2026-08-26.dahlia")
    assert event.data.object["id"] == customer.id
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(came.body, came.signature, "whsec_other")
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(came.body + b" ", came.signature, endpoint.secret)


def test_the_delivered_event_is_the_one_the_api_shows(shop: Shop, receiver: Receiver) -> None:
    shop.endpoint(receiver.url)
    shop.stripe.customers.create({"name": "Ann"})
    [came] = receiver.wait_for(lambda all_: len(all_) == 1)
    assert came.event["pending_webhooks"] == 1
    wait_until_settled(shop, 1)
    shown = shop.stripe.events.retrieve(came.event["id"]).to_dict()
    assert shown["pending_webhooks"] == 0
    assert came.event | {"pending_webhooks": 0} == shown
    assert shown["request"]["id"].startswith("req_")


def test_only_wanted_types_are_sent(shop: Shop, receiver: Receiver) -> None:
    shop.endpoint(receiver.url, "checkout.session.completed", "charge.updated")
    shop.pay(shop.open_session().id)
    receiver.wait_for_types("checkout.session.completed", "charge.updated")
    assert len(wait_until_settled(shop, 2)) == 2
    assert len(receiver.received) == 2


def test_events_arrive_in_order_when_sent_one_at_a_time(shop: Shop, receiver: Receiver) -> None:
    shop.switch(deliveries_at_once=1)
    shop.endpoint(receiver.url)
    shop.pay(shop.open_session().id)
    came = receiver.wait_for_types("charge.updated")
    assert [each.event["type"] for each in came] == [
        "charge.succeeded",
        "payment_intent.succeeded",
        "payment_intent.created",
        "checkout.session.completed",
        "charge.updated",
    ]


def test_failures_are_tried_again_and_signed_anew(shop: Shop, receiver: Receiver) -> None:
    receiver.statuses = [500, 302]
    shop.switch(retry_delays=[0.1, 1.1, 0.1])
    endpoint = shop.endpoint(receiver.url)
    shop.stripe.customers.create()
    came = receiver.wait_for(lambda all_: len(all_) == 3)
    assert len({each.event["id"] for each in came}) == 1
    assert came[0].signature != came[2].signature
    for each in came:
        assert endpoint.secret
        stripe.Webhook.construct_event(each.body, each.signature, endpoint.secret)
    [delivery] = wait_until_settled(shop, 1)
    assert delivery["state"] == "delivered"
    assert [each["status"] for each in delivery["tries"]] == [500, 302, 200]


def test_a_delivery_fails_when_its_tries_are_used_up(shop: Shop, receiver: Receiver) -> None:
    receiver.statuses = [500] * 10
    shop.switch(retry_delays=[0.02, 0.02])
    shop.endpoint(receiver.url)
    shop.stripe.customers.create()
    [delivery] = wait_until_settled(shop, 1)
    assert (delivery["state"], len(delivery["tries"])) == ("failed", 3)
    assert delivery["next_try"] is None


def test_nobody_listening_is_a_failure_with_a_reason(shop: Shop) -> None:
    shop.switch(retry_delays=[])
    shop.endpoint("http://127.0.0.1:9/hook")
    shop.stripe.customers.create()
    [delivery] = wait_until_settled(shop, 1)
    assert delivery["state"] == "failed"
    assert delivery["tries"][0]["status"] is None and delivery["tries"][0]["error"]


def test_a_silent_endpoint_times_out(shop: Shop, receiver: Receiver) -> None:
    receiver.seconds_to_answer = lambda path: 0.5
    shop.switch(retry_delays=[], delivery_timeout=0.1)
    shop.endpoint(receiver.url)
    shop.stripe.customers.create()
    [delivery] = wait_until_settled(shop, 1)
    assert delivery["tries"][0]["error"] == "timeout"


def test_one_slow_endpoint_does_not_hold_up_another(shop: Shop, receiver: Receiver) -> None:
    receiver.seconds_to_answer = lambda path: 2.0 if path == "/slow" else 0.0
    shop.endpoint(f"{receiver.url}/slow")
    shop.endpoint(f"{receiver.url}/quick")
    for _ in range(20):
        shop.stripe.customers.create()

    def all_quick(came: list[Received]) -> bool:
        return sum(each.path == "/quick" for each in came) == 20

    came = receiver.wait_for(all_quick)
    assert sum(each.path == "/slow" for each in came) <= 8


def test_tries_at_one_endpoint_are_bounded(shop: Shop, receiver: Receiver) -> None:
    receiver.seconds_to_answer = lambda path: 0.3
    shop.switch(deliveries_at_once=3)
    shop.endpoint(receiver.url)
    for _ in range(12):
        shop.stripe.customers.create()
    receiver.wait_for(lambda all_: len(all_) == 12)
    assert receiver.most_under_way == 3


def test_resend_delivers_again_to_every_matching_endpoint(shop: Shop, receiver: Receiver) -> None:
    shop.endpoint(f"{receiver.url}/all")
    shop.endpoint(f"{receiver.url}/other", "price.created")
    shop.stripe.customers.create()
    [first] = receiver.wait_for(lambda all_: len(all_) == 1)
    answer = shop.http.post(f"/_sandbox/events/{first.event['id']}/resend")
    assert [each["type"] for each in answer.json()["deliveries"]] == ["customer.created"]
    came = receiver.wait_for(lambda all_: len(all_) == 2)
    assert came[1].event["id"] == first.event["id"]
    assert shop.http.post("/_sandbox/events/evt_none/resend").status_code == 404


def test_the_front_page_has_a_resend_button(shop: Shop, receiver: Receiver) -> None:
    shop.endpoint(receiver.url)
    shop.stripe.customers.create()
    [first] = receiver.wait_for(lambda all_: len(all_) == 1)
    path = f"/events/{first.event['id']}/resend"
    assert f'action="{path}"' in shop.http.get("/").text
    assert shop.http.post(path).status_code == 303
    receiver.wait_for(lambda all_: len(all_) == 2)


def test_a_deleted_endpoint_gets_nothing_more(shop: Shop, receiver: Receiver) -> None:
    receiver.statuses = [500]
    shop.switch(retry_delays=[0.3])
    endpoint = shop.endpoint(receiver.url)
    shop.stripe.customers.create()
    receiver.wait_for(lambda all_: len(all_) == 1)
    assert shop.stripe.webhook_endpoints.delete(endpoint.id).to_dict()["deleted"] is True
    shop.stripe.customers.create()
    [delivery] = wait_until_settled(shop, 1)
    assert delivery["state"] == "cancelled"
    assert len(receiver.received) == 1


def test_a_disabled_endpoint_is_left_alone(shop: Shop, receiver: Receiver) -> None:
    endpoint = shop.endpoint(receiver.url)
    changed = shop.stripe.webhook_endpoints.update(endpoint.id, {"disabled": True})
    assert changed.status == "disabled"
    shop.stripe.customers.create()
    assert shop.deliveries() == []
    shop.stripe.webhook_endpoints.update(endpoint.id, {"disabled": False})
    shop.stripe.customers.create()
    receiver.wait_for(lambda all_: len(all_) == 1)


def test_the_secret_is_told_only_at_creation(shop: Shop) -> None:
    made = shop.stripe.webhook_endpoints.create(
        {
            "url": "http://127.0.0.1:9/hook",
            "enabled_events": ["customer.created"],
            "api_version": "2026-08-26.dahlia",
            "metadata": {"djstripe_uuid": "6a4b0dd8"},
        }
    )
    assert made.secret and made.secret.startswith("whsec_")
    for shown in (
        shop.stripe.webhook_endpoints.retrieve(made.id),
        shop.stripe.webhook_endpoints.list().data[0],
        shop.stripe.webhook_endpoints.update(made.id, {"description": "Mine"}),
    ):
        assert "secret" not in shown
        assert shown.id == made.id
    assert shop.event_types() == []


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"url": "not-an-address"}, "url"),
        ({"url": "ftp://127.0.0.1/"}, "url"),
        ({"enabled_events": ["customer.createt"]}, "enabled_events[0]"),
        ({"enabled_events": []}, "enabled_events"),
        ({"api_version": "2020-08-27"}, "api_version"),
    ],
)
def test_a_useless_endpoint_is_refused(shop: Shop, change: Json, param: str) -> None:
    wishes = {"url": "http://127.0.0.1:9/", "enabled_events": ["*"]} | change
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.stripe.webhook_endpoints.create(wishes)  # type: ignore[arg-type]
    assert caught.value.param == param


def test_the_log_without_a_key_shows_all_accounts(shop: Shop, receiver: Receiver) -> None:
    shop.endpoint(receiver.url)
    shop.stripe.customers.create()
    [own] = wait_until_settled(shop, 1)
    everything = shop.http.get("/_sandbox/deliveries").json()["deliveries"]
    assert own["id"] in [each["id"] for each in everything]
    only = shop.http.get("/_sandbox/deliveries", params={"event": own["event"]}).json()
    assert [each["id"] for each in only["deliveries"]] == [own["id"]]

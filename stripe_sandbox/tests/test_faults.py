"""Switches of the API: requests that fail, and answers that get lost."""

from typing import Any

import httpx
import pytest
import stripe

from stripe_sandbox.tests.shop import Json, Shop


def statuses(shop: Shop, count: int, path: str = "/v1/customers") -> list[int]:
    return [shop.call("GET", path).status_code for _ in range(count)]


@pytest.mark.parametrize(
    ("status", "refusal"),
    [(500, stripe.APIError), (503, stripe.APIError), (429, stripe.RateLimitError)],
)
def test_so_many_requests_fail_and_nothing_was_done(
    shop: Shop, status: int, refusal: type[stripe.StripeError]
) -> None:
    shop.switch(api_failure={"status": status, "times": 2})
    for _ in range(2):
        with pytest.raises(refusal) as caught:
            shop.stripe.customers.create({"name": "Ann"})
        assert caught.value.http_status == status
    assert shop.stripe.customers.list().data == []
    shop.stripe.customers.create({"name": "Ann"})
    assert shop.event_types() == ["customer.created"]


def test_a_rate_limit_asks_not_to_press_on(shop: Shop) -> None:
    shop.switch(api_failure={"status": 429, "times": 1})
    answer = shop.call("GET", "/v1/customers")
    assert answer.headers["stripe-should-retry"] == "false"
    assert answer.json()["error"]["code"] == "rate_limit"


def test_a_failure_leaves_its_idempotency_key_free(shop: Shop) -> None:
    shop.switch(api_failure={"status": 500, "times": 1})
    first, second, third = (
        shop.call("POST", "/v1/customers", {"name": "Ann"}, Idempotency_Key="k") for _ in range(3)
    )
    assert (first.status_code, second.status_code) == (500, 200)
    assert "idempotent-replayed" not in second.headers
    assert third.headers["idempotent-replayed"] == "true" and third.text == second.text


def test_the_library_gets_through_by_trying_again(shop: Shop) -> None:
    patient = stripe.StripeClient(
        shop.key, base_addresses={"api": shop.url}, max_network_retries=2
    ).v1
    shop.switch(api_failure={"status": 503, "times": 1})
    patient.customers.create({"name": "Ann"})
    assert len(shop.stripe.customers.list().data) == 1


def test_a_failure_hits_only_the_requests_that_are_meant(shop: Shop) -> None:
    shop.switch(api_failure={"status": 503, "times": 1, "at": "GET /v1/products"})
    assert statuses(shop, 2) == [200, 200]
    shop.stripe.products.create({"name": "Credits"})
    assert statuses(shop, 2, "/v1/products") == [503, 200]


def test_a_fault_that_was_used_up_is_off_again(shop: Shop) -> None:
    headers = {"Authorization": f"Bearer {shop.key}"}
    shop.switch(api_failure={"status": 503, "times": 2})
    statuses(shop, 1)
    shown = shop.http.get("/_sandbox/switches", headers=headers).json()
    assert shown["api_failure"] == {"status": 503, "times": 1, "at": ""}
    statuses(shop, 1)
    assert shop.http.get("/_sandbox/switches", headers=headers).json()["api_failure"] is None


def test_a_seed_makes_chances_repeat(shop: Shop) -> None:
    rounds = []
    for _ in range(2):
        shop.switch(seed=7, api_failure={"status": 500, "chance": 0.5})
        rounds.append(statuses(shop, 20))
    shop.switch(api_failure=None)
    assert rounds[0] == rounds[1]
    assert set(rounds[0]) == {200, 500}


def test_a_lost_answer_is_kept_for_its_idempotency_key(shop: Shop) -> None:
    shop.switch(lose_answers={"times": 1})
    with pytest.raises(httpx.RemoteProtocolError):
        shop.call("POST", "/v1/customers", {"name": "Ann"}, Idempotency_Key="k")
    again = shop.call("POST", "/v1/customers", {"name": "Ann"}, Idempotency_Key="k")
    assert (again.status_code, again.headers["idempotent-replayed"]) == (200, "true")
    [customer] = shop.stripe.customers.list().data
    assert customer.id == again.json()["id"]
    assert shop.event_types() == ["customer.created"]


def test_a_lost_answer_without_a_key_is_done_twice_by_who_tries_again(shop: Shop) -> None:
    shop.switch(lose_answers={"times": 1})
    with pytest.raises(httpx.RemoteProtocolError):
        shop.call("POST", "/v1/customers", {"name": "Ann"})
    shop.call("POST", "/v1/customers", {"name": "Ann"})
    assert len(shop.stripe.customers.list().data) == 2


def test_answers_are_lost_only_where_that_is_meant(shop: Shop) -> None:
    shop.switch(lose_answers={"chance": 1, "at": "POST /v1/products"})
    shop.stripe.customers.create({"name": "Ann"})
    assert statuses(shop, 1, "/v1/products") == [200]
    with pytest.raises(stripe.APIConnectionError):
        shop.stripe.products.create({"name": "Credits"})
    shop.switch(lose_answers=None)
    assert [product.name for product in shop.stripe.products.list().data] == ["Credits"]


def test_the_log_tells_what_a_switch_did(shop: Shop) -> None:
    shop.switch(api_failure={"status": 500, "times": 1, "at": "GET"}, lose_answers={"times": 1})
    statuses(shop, 1)
    with pytest.raises(httpx.RemoteProtocolError):
        shop.call("POST", "/v1/customers")
    lost, failed = shop.requests()
    assert (failed["fault"], failed["status"]) == ("api_failure", 500)
    assert (lost["fault"], lost["status"]) == ("lose_answers", 200)


def test_a_delay_holds_requests_up(shop: Shop) -> None:
    shop.switch(api_delay=0.2)
    shop.call("GET", "/v1/customers")
    assert shop.requests()[0]["seconds"] >= 0.2


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"api_failure": {"status": 500}}, "how often"),
        ({"api_failure": {"status": 404, "times": 1}}, "500, 503, 429"),
        ({"api_failure": {"status": 500, "times": 1, "chance": 0.5}}, "how often"),
        ({"api_failure": {"status": 500, "chance": 0}}, "above 0"),
        ({"api_failure": {"status": 500, "times": 0}}, "whole number"),
        ({"lose_answers": {"times": 1, "at": "GET"}}, 'begins with "POST"'),
        ({"lose_answers": True}, "object"),
        ({"seed": "x"}, "whole number"),
        ({"sead": 1}, "is no switch"),
    ],
)
def test_a_wrong_switch_is_refused_and_nothing_is_changed(
    shop: Shop, wrong: dict[str, Any], told: str
) -> None:
    headers = {"Authorization": f"Bearer {shop.key}"}
    before: Json = shop.http.get("/_sandbox/switches", headers=headers).json()
    answer = shop.http.post("/_sandbox/switches", json=wrong | {"duplicate": 2}, headers=headers)
    assert answer.status_code == 400
    assert told in answer.json()["error"]["message"]
    assert answer.json()["error"]["param"] == next(iter(wrong))
    assert shop.http.get("/_sandbox/switches", headers=headers).json() == before

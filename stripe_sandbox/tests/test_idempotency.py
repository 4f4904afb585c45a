"""Repeated requests: answered once, whatever happens in between."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import stripe

from stripe_sandbox.tests.shop import Shop


def create(shop: Shop, key: str, **pairs: str) -> httpx.Response:
    return shop.call("POST", "/v1/customers", pairs, Idempotency_Key=key)


def test_a_repeated_request_gets_the_first_answer(shop: Shop) -> None:
    first = create(shop, "k", name="Ann", email="ann@example.com")
    assert first.headers["idempotency-key"] == "k"
    assert "idempotent-replayed" not in first.headers
    shop.stripe.customers.update(first.json()["id"], {"name": "Changed since"})
    again = create(shop, "k", email="ann@example.com", name="Ann")
    assert again.text == first.text
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["original-request"] == first.headers["request-id"]
    assert len(shop.stripe.customers.list().data) == 1
    assert shop.event_types() == ["customer.created", "customer.updated"]


def test_other_parameters_under_the_same_key_are_refused(shop: Shop) -> None:
    create(shop, "k", name="Ann")
    for refused in (
        create(shop, "k", name="Bob"),
        create(shop, "k"),
        shop.call("POST", "/v1/products", {"name": "Ann"}, Idempotency_Key="k"),
    ):
        assert refused.status_code == 400
        assert refused.json()["error"]["type"] == "idempotency_error"
    with pytest.raises(stripe.IdempotencyError):
        shop.stripe.customers.create({"name": "Bob"}, {"idempotency_key": "k"})


def test_a_key_belongs_to_its_account(shop: Shop) -> None:
    other = Shop(shop.url)
    first = create(shop, "k", name="Ann").json()["id"]
    assert create(other, "k", name="Bob").json()["id"] != first
    other.close()


def test_a_refused_parameter_does_not_use_up_the_key(shop: Shop) -> None:
    assert create(shop, "k", nome="Ann").status_code == 400
    assert create(shop, "k", name="Ann").status_code == 200


def test_an_unknown_url_does_not_use_up_the_key(shop: Shop) -> None:
    headers = {"Authorization": f"Bearer {shop.key}", "Idempotency-Key": "k"}
    assert shop.http.post("/v1/costumers", headers=headers).status_code == 404
    assert create(shop, "k", name="Ann").status_code == 200


def test_a_refusal_of_the_operation_is_kept(shop: Shop) -> None:
    path = "/v1/products"
    assert shop.call("POST", path, {"id": "p", "name": "x"}).status_code == 200
    refused = shop.call("POST", path, {"id": "p", "name": "x"}, Idempotency_Key="k")
    assert refused.status_code == 400
    shop.stripe.products.delete("p")
    again = shop.call("POST", path, {"id": "p", "name": "x"}, Idempotency_Key="k")
    assert (again.status_code, again.text) == (400, refused.text)
    assert again.headers["idempotent-replayed"] == "true"


def test_a_key_under_way_is_refused_until_it_is_done(shop: Shop) -> None:
    shop.switch(api_delay=0.5)
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: create(shop, "k", name="Ann"), range(5)))
    shop.switch(api_delay=0)
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    again = create(shop, "k", name="Ann")
    assert again.headers["idempotent-replayed"] == "true"
    assert len(shop.stripe.customers.list().data) == 1


def test_stripes_library_gets_through_while_a_key_is_under_way(shop: Shop) -> None:
    shop.switch(api_delay=0.3)
    client = stripe.StripeClient(
        shop.key, base_addresses={"api": shop.url}, max_network_retries=5
    ).v1

    def one(_: int) -> str:
        return client.customers.create({"name": "Ann"}, {"idempotency_key": "k"}).id

    with ThreadPoolExecutor(3) as pool:
        assert len(set(pool.map(one, range(3)))) == 1
    shop.switch(api_delay=0)


def test_a_hundred_racing_requests_make_one_object(shop: Shop) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: create(shop, "k", name="Ann"), range(100)))
    made = {answer.json()["id"] for answer in answers if answer.status_code == 200}
    assert len(made) == 1
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert len(shop.stripe.customers.list().data) == 1


def test_an_endless_key_is_refused(shop: Shop) -> None:
    assert create(shop, "k" * 256).status_code == 400
    assert create(shop, "k" * 255).status_code == 200


def test_switches_are_checked(shop: Shop) -> None:
    headers = {"Authorization": f"Bearer {shop.key}"}
    shown = shop.http.get("/_sandbox/switches", headers=headers).json()
    wrongs: list[Any] = [
        {"speed": 9},
        {"api_delay": -1},
        {"api_delay": "1"},
        {"retry_delays": 3},
        {"deliveries_at_once": 0},
        [],
    ]
    for wrong in wrongs:
        answer = shop.http.post("/_sandbox/switches", json=wrong, headers=headers)
        assert answer.status_code == 400, wrong
    assert shop.http.get("/_sandbox/switches", headers=headers).json() == shown
    assert shop.http.get("/_sandbox/switches").status_code == 401

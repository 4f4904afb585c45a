"""Batches and reversals over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from creditsite.accounts.models import User
from wallet.actions import Posting, open_wallet
from wallet.models import Service, Wallet
from wallet.tests.conftest import Give

Post = Callable[..., Any]


@pytest.fixture
def post(client: Client, platform_key: str) -> Post:
    def send(path: str, body: object, api_key: str = platform_key, **headers: str) -> Any:
        headers["Authorization"] = f"Bearer {api_key}"
        return client.post(
            f"/api/v1/{path}", json.dumps(body), content_type="application/json", headers=headers
        )

    return send


def item(wallet: Wallet, key: str, quantity: object = "1", **change: object) -> dict[str, object]:
    return {"wallet": wallet.pk, "service": "runs", "quantity": quantity, "key": key} | change


def test_each_item_of_a_batch_has_a_result_of_its_own(
    post: Post, wallet: Wallet, service: Service, give: Give, stranger: User
) -> None:
    give("5")
    poor = open_wallet(customer=stranger)
    answer = post(
        "spends/batch",
        {
            "items": [
                item(wallet, "a", "2"),
                item(poor, "a"),
                item(wallet, "b", "0"),
                item(wallet, "c", service="unknown"),
                "no object",
                item(wallet, "a", "2"),
                item(wallet, "a", "3"),
                item(wallet, "d", "4"),
                item(wallet, "d", "3"),
                {"service": "runs", "quantity": "1", "key": "e"},
                item(wallet, "a b"),
            ]
        },
    )
    assert answer.status_code == 200, answer.content
    results = answer.json()["results"]
    assert [
        (result["status"], result.get("problem", {}).get("code", "")) for result in results
    ] == [
        ("posted", ""),
        ("refused", "insufficient_credits"),
        ("refused", "validation_failed"),
        ("refused", "service_not_found"),
        ("refused", "validation_failed"),
        ("replayed", ""),
        ("refused", "idempotency_key_reused"),
        ("refused", "insufficient_credits"),
        ("posted", ""),
        ("refused", "validation_failed"),
        ("refused", "validation_failed"),
    ]
    assert results[0]["entry"]["credits"] == "-2.0000"
    assert results[0]["entry"]["service"] == "runs"
    assert results[5]["entry"]["id"] == results[0]["entry"]["id"]
    assert results[7]["problem"]["available"] == "3.0000"
    wallet.refresh_from_db()
    assert wallet.balance == 0


def test_numbers_with_a_fraction_are_as_welcome_as_alone(
    post: Post, wallet: Wallet, service: Service, give: Give
) -> None:
    give("5")
    asked = [
        item(wallet, "a", 0.5),
        item(wallet, "b", metadata={"seconds": 1.5}),
        item(wallet, "c", 0.00001),
        None,
    ]
    half, seconds, tiny, nothing = post("spends/batch", {"items": asked}).json()["results"]
    assert half["entry"]["credits"] == "-0.5000"
    assert seconds["entry"]["metadata"] == {"seconds": 1.5}
    assert [one["problem"]["code"] for one in (tiny, nothing)] == ["validation_failed"] * 2


@pytest.mark.parametrize("key", [" a", "a ", "a,b", "", 5, 5.5, True, None, ["a"], "x" * 256])
def test_a_key_in_a_batch_holds_to_the_rule_of_the_header(
    post: Post, wallet: Wallet, service: Service, give: Give, key: object
) -> None:
    give("5")
    asked = [item(wallet, "a"), item(wallet, "5"), item(wallet, "b") | {"key": key}]
    *sound, odd = post("spends/batch", {"items": asked}).json()["results"]
    assert [one["status"] for one in sound] == ["posted", "posted"]
    assert list(odd["problem"]["errors"]) == ["key"]


def test_a_customers_batch_spends_from_the_own_wallet_alone(
    post: Post, wallet: Wallet, service: Service, give: Give, stranger: User, customer_key: str
) -> None:
    give("5")
    other = open_wallet(customer=stranger)
    own = {"service": "runs", "quantity": "1", "key": "own"}
    answer = post("spends/batch", {"items": [own, item(other, "x")]}, customer_key)
    first, second = answer.json()["results"]
    assert (first["status"], first["entry"]["wallet"]) == ("posted", wallet.pk)
    assert second["problem"]["code"] == "wallet_not_found"


@pytest.mark.parametrize("items", [[], "x", None, [{}] * 1001])
def test_a_batch_of_the_wrong_size_or_shape_is_refused_whole(post: Post, items: object) -> None:
    assert post("spends/batch", {"items": items}).status_code == 400


def test_a_batch_costs_the_same_number_of_queries_whatever_its_size(
    post: Post, wallet: Wallet, service: Service, give: Give
) -> None:
    give("500")
    counts = []
    post("spends/batch", {"items": [item(wallet, "warm")]})
    for size in (1, 200):
        items = [item(wallet, f"{size}-{number}") for number in range(size)]
        with CaptureQueriesContext(connection) as queries:
            assert post("spends/batch", {"items": items}).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_spend_is_reversed_in_parts_and_never_by_more_than_it_took(
    post: Post, wallet: Wallet, give: Give, spend: Callable[..., Posting]
) -> None:
    give("10")
    entry = spend("6", "s").entry
    first = post(f"spends/{entry.pk}/reversals", {"credits": "2", "reason": "Half failed"})
    assert first.status_code == 201
    assert (first.json()["credits"], first.json()["reverses"]) == ("2.0000", entry.pk)
    refused = post(f"spends/{entry.pk}/reversals", {"credits": "4.5", "reason": "More"})
    assert (refused.status_code, refused.json()["left"]) == (409, "4.0000")
    keyed = {"Idempotency-Key": "rest"}
    rest = post(f"spends/{entry.pk}/reversals", {"reason": "The rest"}, **keyed)
    assert rest.json()["credits"] == "4.0000"
    again = post(f"spends/{entry.pk}/reversals", {"reason": "The rest"}, **keyed)
    assert again.json()["id"] == rest.json()["id"]
    assert again["Idempotent-Replayed"] == "true"
    over = post(f"spends/{entry.pk}/reversals", {"reason": "Again"})
    assert over.json()["code"] == "spend_already_reversed"
    wallet.refresh_from_db()
    assert wallet.balance == Decimal(10)


def test_customers_cannot_reverse_their_own_spends(
    post: Post, wallet: Wallet, give: Give, spend: Callable[..., Posting], customer_key: str
) -> None:
    give("10")
    entry = spend("6", "s").entry
    refused = post(f"spends/{entry.pk}/reversals", {"reason": "Mine"}, customer_key)
    assert refused.status_code == 403
    assert post("spends/999999999/reversals", {"reason": "None"}).status_code == 404
    assert post(f"spends/{entry.pk}/reversals", {}).status_code == 400


def test_credits_are_spent_as_they_are_where_the_service_names_them(
    post: Post, wallet: Wallet, service: Service, give: Give
) -> None:
    give("10")
    body = {"wallet": wallet.pk, "service": "runs", "credits": "2.5"}
    entry = post("spends", body, **{"Idempotency-Key": "c"}).json()
    assert (entry["credits"], entry["quantity"]) == ("-2.5000", None)
    both = post("spends", body | {"quantity": "1"}, **{"Idempotency-Key": "d"})
    assert both.status_code == 400

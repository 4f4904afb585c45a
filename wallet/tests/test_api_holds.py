"""Holds over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from creditsite.accounts.actions import create_api_key, revoke_api_key
from creditsite.accounts.models import Scope, User
from wallet.models import Service, UsageDay, Wallet
from wallet.tests.conftest import Give
from wallet.tests.tampering import verify

Call = Callable[..., Any]


@pytest.fixture
def call(client: Client) -> Call:
    """POST (or GET without a body) with a key, and return status and object."""

    def send(path: str, api_key: str, body: object = None, **headers: str) -> Any:
        headers["Authorization"] = f"Bearer {api_key}"
        if body is None:
            return client.get(f"/api/v1/{path}", headers=headers)
        return client.post(
            f"/api/v1/{path}", json.dumps(body), content_type="application/json", headers=headers
        )

    return send


@pytest.fixture
def hold(call: Call, wallet: Wallet, service: Service, give: Give, platform_key: str) -> Any:
    give("20")
    answer = call(
        "holds",
        platform_key,
        {"wallet": wallet.pk, "service": "runs", "credits": "8", "expires_in": 600},
        **{"Idempotency-Key": "h1"},
    )
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_a_hold_takes_credits_out_of_what_is_available(
    call: Call, wallet: Wallet, hold: Any, platform_key: str
) -> None:
    assert (hold["credits"], hold["status"], hold["service"]) == ("8.0000", "open", "runs")
    figures = call(f"wallet?wallet={wallet.pk}", platform_key).json()
    assert (figures["balance"], figures["held"], figures["available"]) == (
        "20.0000",
        "8.0000",
        "12.0000",
    )


def test_a_repeated_hold_is_the_first_one(
    call: Call, wallet: Wallet, hold: Any, platform_key: str
) -> None:
    body = {"wallet": wallet.pk, "service": "runs", "credits": "8", "expires_in": 600}
    again = call("holds", platform_key, body, **{"Idempotency-Key": "h1"})
    assert again.json()["id"] == hold["id"]
    assert again["Idempotent-Replayed"] == "true"
    other = call("holds", platform_key, body | {"credits": "9"}, **{"Idempotency-Key": "h1"})
    assert other.json()["code"] == "idempotency_key_reused"


def test_a_capture_spends_and_frees_the_rest(
    call: Call, wallet: Wallet, hold: Any, platform_key: str
) -> None:
    captured = call(f"holds/{hold['id']}/capture", platform_key, {"credits": "5.5"})
    assert captured.status_code == 201
    entry = captured.json()
    assert (entry["kind"], entry["credits"], entry["hold"]) == ("spend", "-5.5000", hold["id"])
    again = call(f"holds/{hold['id']}/capture", platform_key, {"credits": "5.5"})
    assert again.json()["id"] == entry["id"]
    assert again["Idempotent-Replayed"] == "true"
    wallet.refresh_from_db()
    assert (wallet.balance, wallet.held) == (Decimal("14.5"), Decimal(0))
    read = call(f"holds/{hold['id']}", platform_key).json()
    assert (read["status"], read["captured"]) == ("captured", "5.5000")


def test_a_capture_says_how_the_work_ended(
    call: Call, wallet: Wallet, hold: Any, platform_key: str
) -> None:
    asked = {"wallet": wallet.pk, "service": "runs", "credits": "8", "expires_in": 600}
    asked |= {"metadata": {"job": 7, "outcome": "running"}}
    begun = call("holds", platform_key, asked, **{"Idempotency-Key": "h2"}).json()
    failed = {"credits": "1.5", "metadata": {"outcome": "failed"}}
    path = f"holds/{begun['id']}/capture"
    entry = call(path, platform_key, failed).json()
    assert entry["metadata"] == {"job": 7, "outcome": "failed"}
    assert UsageDay.objects.get().failed == 1
    assert verify()[0] == 0
    for key in ({}, {"Idempotency-Key": "other"}):
        again = call(path, platform_key, failed, **key)
        assert (again.json()["id"], again["Idempotent-Replayed"]) == (entry["id"], "true")
        for other in ({"outcome": "done"}, {}):
            refused = call(path, platform_key, failed | {"metadata": other}, **key)
            assert (refused.status_code, refused.json()["code"]) == (409, "hold_already_settled")
    used = {"Idempotency-Key": "c1"}
    path = f"holds/{hold['id']}/capture"
    assert call(path, platform_key, {"credits": "1"}, **used).status_code == 201
    refused = call(path, platform_key, {"credits": "1", "metadata": {"a": 1}}, **used)
    assert refused.json()["code"] == "idempotency_key_reused"


def test_a_capture_above_the_hold_is_refused_with_what_is_held(
    call: Call, hold: Any, platform_key: str
) -> None:
    refused = call(f"holds/{hold['id']}/capture", platform_key, {"credits": "8.0001"})
    assert refused.status_code == 409
    assert refused.json()["code"] == "capture_above_hold"
    assert refused.json()["held"] == "8.0000"


def test_a_released_hold_cannot_be_captured(call: Call, hold: Any, platform_key: str) -> None:
    released = call(f"holds/{hold['id']}/release", platform_key, {})
    assert (released.status_code, released.json()["status"]) == (200, "released")
    assert call(f"holds/{hold['id']}/release", platform_key, {})["Idempotent-Replayed"] == "true"
    refused = call(f"holds/{hold['id']}/capture", platform_key, {})
    assert refused.json()["code"] == "hold_already_settled"
    assert refused.json()["hold_status"] == "released"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{{{", "parse_error"),
        ('{"credits": "1"}', "validation_failed"),
        ("[]", "validation_failed"),
        ("null", "validation_failed"),
    ],
)
def test_a_release_refuses_a_body_that_it_would_ignore(
    call: Call, client: Client, hold: Any, platform_key: str, body: str, code: str
) -> None:
    path, headers = f"holds/{hold['id']}", {"Authorization": f"Bearer {platform_key}"}
    refused = client.post(
        f"/api/v1/{path}/release", body, content_type="application/json", headers=headers
    )
    assert (refused.status_code, refused.json()["code"]) == (400, code)
    assert call(path, platform_key).json()["status"] == "open"
    empty = client.generic("POST", f"/api/v1/{path}/release", headers=headers)
    assert (empty.status_code, empty.json()["status"]) == (200, "released")


def test_only_the_creator_settles_a_hold(
    call: Call, hold: Any, customer_key: str, stranger: User
) -> None:
    refused = call(f"holds/{hold['id']}/capture", customer_key, {})
    assert (refused.status_code, refused.json()["code"]) == (403, "hold_not_yours")
    assert call(f"holds/{hold['id']}", customer_key).status_code == 200
    _, strangers_key = create_api_key(customer=stranger, name="s", scopes=Scope.values)
    for path in ("", "/capture", "/release"):
        answer = call(f"holds/{hold['id']}{path}", strangers_key, {} if path else None)
        assert (answer.status_code, answer.json()["code"]) == (404, "hold_not_found")


def test_another_platform_key_may_settle_what_the_platform_began(call: Call, hold: Any) -> None:
    _, other = create_api_key(customer=None, name="new", scopes=Scope.values)
    assert call(f"holds/{hold['id']}/capture", other, {}).status_code == 201


def test_all_keys_and_sessions_of_a_customer_settle_what_one_of_them_began(
    call: Call, client: Client, customer: User, service: Service, give: Give, customer_key: str
) -> None:
    give("20")
    body = {"service": "runs", "credits": "2", "expires_in": 60}
    began = [
        call("holds", customer_key, body, **{"Idempotency-Key": f"h{n}"}).json()["id"]
        for n in range(3)
    ]
    revoke_api_key(key=customer.api_keys.get())
    _, other = create_api_key(customer=customer, name="new", scopes=Scope.values)
    assert call(f"holds/{began[0]}/capture", other, {}).status_code == 201
    assert call(f"holds/{began[1]}/release", other, {}).status_code == 200
    client.force_login(customer)
    capture = f"/api/v1/holds/{began[2]}/capture"
    assert client.post(capture, "{}", content_type="application/json").status_code == 201
    placed = client.post(
        "/api/v1/holds",
        json.dumps(body),
        content_type="application/json",
        headers={"Idempotency-Key": "h4"},
    )
    assert call(f"holds/{placed.json()['id']}/capture", other, {}).status_code == 201


def test_the_platform_does_not_settle_what_a_customer_began(
    call: Call, service: Service, give: Give, customer_key: str, platform_key: str
) -> None:
    give("20")
    body = {"service": "runs", "credits": "2", "expires_in": 60}
    hold = call("holds", customer_key, body, **{"Idempotency-Key": "h1"}).json()
    refused = call(f"holds/{hold['id']}/capture", platform_key, {})
    assert (refused.status_code, refused.json()["code"]) == (403, "hold_not_yours")


def test_a_hold_needs_the_scope_to_spend(
    call: Call, hold: Any, customer: User, wallet: Wallet
) -> None:
    _, reader = create_api_key(customer=customer, name="r", scopes=[Scope.WALLET_READ])
    for path in ("holds", f"holds/{hold['id']}/capture", f"holds/{hold['id']}/release"):
        assert call(path, reader, {}).status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        {"credits": "0"},
        {"credits": "-1"},
        {"credits": "1.00001"},
        {"expires_in": 0},
        {"expires_in": 31 * 86400},
        {"expires_in": "soon"},
        {"seconds": 5},
    ],
)
def test_a_bad_hold_is_refused_and_changes_nothing(
    call: Call, wallet: Wallet, service: Service, customer_key: str, change: dict[str, object]
) -> None:
    body = {"service": "runs", "credits": "1", "expires_in": 60} | change
    refused = call("holds", customer_key, body, **{"Idempotency-Key": "h1"})
    assert refused.status_code == 400
    assert not wallet.holds.exists()

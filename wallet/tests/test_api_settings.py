"""Alerts and limits in the API."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from creditsite.accounts.actions import create_api_key
from creditsite.accounts.models import Scope, User
from wallet.models import Service, SpendLimit, Wallet
from wallet.tests.conftest import Give, Post

Call = Callable[..., Any]
ALERTS = {"below": "75", "days": 14, "limits": False}
LIMIT = {"period": "day", "credits": "10"}


@pytest.fixture
def call(client: Client, customer_key: str) -> Call:
    """Call an address of the API with the customer's key, or another."""

    def send(method: str, path: str, body: object = None, api_key: str = customer_key) -> Any:
        return client.generic(
            method,
            f"/api/v1/{path}",
            "" if body is None else json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {api_key}"},
        )

    return send


def test_alerts_are_read_and_set(wallet: Wallet, give: Give, call: Call) -> None:
    give("60")
    assert call("GET", "alerts").json()["below"] == "50.0000"
    answer = call("PUT", "alerts", ALERTS)
    assert answer.status_code == 200
    assert answer.json() == {
        "below": "75.0000",
        "days": 14,
        "expiry_days": 7,
        "limits": False,
        "is_low": True,
        "is_running_out": False,
    }
    assert call("GET", "alerts").json() == answer.json()
    off = call("PUT", "alerts", {"below": None, "days": None, "limits": True}).json()
    assert (off["below"], off["days"], off["is_low"]) == (None, None, False)
    assert call("PUT", "alerts", ALERTS | {"expiry_days": 30}).json()["expiry_days"] == 30
    assert call("PUT", "alerts", ALERTS).json()["expiry_days"] == 30
    assert call("PUT", "alerts", ALERTS | {"expiry_days": None}).json()["expiry_days"] is None


@pytest.mark.parametrize(
    "change",
    [
        {"below": "0"},
        {"below": "x"},
        {"below": "1e15"},
        {"days": 0},
        {"days": 366},
        {"days": "soon"},
        {"expiry_days": 0},
        {"limits": None},
        {"more": 1},
    ],
)
def test_alerts_that_make_no_sense_are_refused(
    wallet: Wallet, call: Call, change: dict[str, object]
) -> None:
    assert call("PUT", "alerts", ALERTS | change).status_code == 400
    wallet.refresh_from_db()
    assert wallet.alert_days is None


def test_all_alerts_are_said_at_once(customer: User, call: Call) -> None:
    answer = call("PUT", "alerts", {"below": "5"})
    assert (answer.status_code, sorted(answer.json()["errors"])) == (400, ["days", "limits"])


def test_limits_are_set_listed_and_removed(
    wallet: Wallet, service: Service, give: Give, post_spend: Post, call: Call
) -> None:
    give("100")
    post_spend({"service": "runs", "quantity": "4"})
    put = call("PUT", "limits", LIMIT)
    assert put.status_code == 200
    limit = put.json()
    assert (limit["service"], limit["period"]) == (None, "day")
    assert (limit["credits"], limit["used"], limit["left"]) == ("10.0000", "4.0000", "6.0000")
    assert limit["resets_at"].endswith("T00:00:00Z")
    call("PUT", "limits", {"service": "runs", "period": "month", "credits": 0})
    listed = call("GET", "limits").json()
    assert [(one["service"], one["period"]) for one in listed["data"]] == [
        (None, "day"),
        ("runs", "month"),
    ]
    assert listed["next"] is None
    refused = post_spend({"service": "runs", "quantity": "1"}, key="k2").json()
    assert (refused["code"], refused["limit"], refused["used"]) == (
        "limit_reached",
        "0.0000",
        "4.0000",
    )
    assert (refused["service"], refused["period"]) == ("runs", "month")
    assert call("DELETE", "limits?service=runs&period=month").status_code == 204
    assert call("DELETE", "limits?period=day").status_code == 204
    assert call("GET", "limits").json()["data"] == []
    gone = call("DELETE", "limits?period=day")
    assert (gone.status_code, gone.json()["code"]) == (404, "limit_not_found")
    assert post_spend({"service": "runs", "quantity": "1"}, key="k2").status_code == 201


@pytest.mark.parametrize(
    "change",
    [{"credits": "-1"}, {"credits": None}, {"period": "year"}, {"service": ""}, {"per": "day"}],
)
def test_limits_that_make_no_sense_are_refused(
    wallet: Wallet, call: Call, change: dict[str, object]
) -> None:
    assert call("PUT", "limits", LIMIT | change).status_code == 400
    assert not SpendLimit.objects.exists()


def test_a_limit_on_no_service_of_ours_is_not_found(customer: User, call: Call) -> None:
    for answer in (
        call("PUT", "limits", LIMIT | {"service": "nothing"}),
        call("DELETE", "limits?service=nothing&period=day"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "service_not_found")


def test_a_stranger_touches_nothing(wallet: Wallet, stranger: User, call: Call) -> None:
    _, key = create_api_key(customer=stranger, name="s", scopes=Scope.values)
    named = {"wallet": wallet.pk}
    for answer in (
        call("GET", f"alerts?wallet={wallet.pk}", None, key),
        call("PUT", "alerts", ALERTS | named, key),
        call("GET", f"limits?wallet={wallet.pk}", None, key),
        call("PUT", "limits", LIMIT | named, key),
        call("DELETE", f"limits?period=day&wallet={wallet.pk}", None, key),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "wallet_not_found")
    wallet.refresh_from_db()
    assert wallet.alert_days is None and not wallet.has_limits


def test_reading_and_writing_have_a_scope_each(customer: User, call: Call) -> None:
    _, reader = create_api_key(customer=customer, name="r", scopes=[Scope.WALLET_READ])
    _, writer = create_api_key(customer=customer, name="w", scopes=[Scope.WALLET_WRITE])
    for path, body in (("alerts", ALERTS), ("limits", LIMIT)):
        assert call("GET", path, None, reader).status_code == 200
        assert call("GET", path, None, writer).status_code == 403
        assert call("PUT", path, body, reader).status_code == 403
        assert call("PUT", path, body, writer).status_code == 200
    assert call("DELETE", "limits?period=day", None, reader).status_code == 403
    assert call("DELETE", "limits?period=day", None, writer).status_code == 204


def test_a_platform_key_names_the_wallet(wallet: Wallet, platform_key: str, call: Call) -> None:
    assert call("PUT", "limits", LIMIT, platform_key).status_code == 400
    assert call("PUT", "limits", LIMIT | {"wallet": wallet.pk}, platform_key).status_code == 200
    assert SpendLimit.objects.get().wallet_id == wallet.pk

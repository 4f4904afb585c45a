"""A wallet as it stood at any moment, in the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from creditsite.accounts.actions import create_api_key
from creditsite.accounts.models import Scope, User
from creditsite.kernel import clock
from wallet.actions import Posting
from wallet.models import LedgerEntry, Wallet
from wallet.tests.conftest import Give

Spend = Callable[..., Posting]


def get(client: Client, path: str, api_key: str) -> Any:
    return client.get(path, headers={"Authorization": f"Bearer {api_key}"})


def test_the_api_answers_the_figures_and_lots_of_a_moment(
    client: Client, wallet: Wallet, give: Give, spend: Spend, customer_key: str
) -> None:
    lot = give("10").entry.draws[0][0]
    spend("3", "a")
    moment = LedgerEntry.objects.latest("pk").created_at
    spend("2", "b")
    path = f"/api/v1/wallets/{wallet.pk}/balance"
    answered = get(client, f"{path}?at={quote(moment.isoformat())}", customer_key).json()
    assert answered == {
        "id": wallet.pk,
        "at": moment.isoformat().replace("+00:00", "Z"),
        "sequence": 2,
        "balance": "7.0000",
        "held": "0.0000",
        "available": "7.0000",
        "debt": "0.0000",
        "lots": [
            {
                "id": lot,
                "source": "promotion",
                "credits": "10.0000",
                "remaining": "7.0000",
                "held": "0.0000",
                "expires_at": None,
            }
        ],
    }
    assert get(client, path, customer_key).json()["balance"] == "5.0000"


@pytest.mark.parametrize(
    "text",
    [
        "2020-02-29T12:00:00Z",
        "2020-02-29t12:00:00z",
        "2020-02-29 12:00:00.000Z",
        "2020-02-29T14:00:00+02:00",
        "2020-02-29T14:00:00%2B02:00",
        "2020-02-29T06:30:00-05:30",
    ],
)
def test_a_moment_is_read_with_any_offset(
    client: Client, wallet: Wallet, customer_key: str, text: str
) -> None:
    answer = get(client, f"/api/v1/wallets/{wallet.pk}/balance?at={text}", customer_key)
    assert answer.status_code == 200, answer.content
    assert answer.json()["at"] == "2020-02-29T12:00:00Z"


@pytest.mark.parametrize(
    "at",
    [
        "",
        "yesterday",
        "2026-01-31",
        "2020-01-31T00:00:00",
        "2020-02-30T00:00:00Z",
        "2020-01-31T25:00:00Z",
        "2020-01-31T00:00:00%2B99:00",
        "0001-01-01T00:00:00%2B05:00",
        "9999-12-31T23:59:59-05:00",
        "9998-01-01T00:00:00Z",
        "1580515200",
        "٢٠٢٠-01-31T00:00:00Z",
        "2020-01-31T00:00:00Z%00",
    ],
)
def test_a_moment_that_is_none_or_still_to_come_is_refused(
    client: Client, wallet: Wallet, customer_key: str, at: str
) -> None:
    for path in (f"/api/v1/wallets/{wallet.pk}/balance", "/api/v1/entries"):
        answer = get(client, f"{path}?at={at}", customer_key)
        assert (answer.status_code, answer.json()["code"]) == (400, "validation_failed")
        assert "at" in answer.json()["errors"]


def test_entries_up_to_a_moment_are_listed(
    client: Client, give: Give, spend: Spend, customer_key: str
) -> None:
    early = quote(clock.now().isoformat())
    give("10")
    spend("3", "a")
    then = quote(clock.now().isoformat())
    spend("2", "b")

    def listed(at: str) -> list[int]:
        answer = get(client, f"/api/v1/entries?at={at}", customer_key).json()
        return [entry["sequence"] for entry in answer["data"]]

    assert (listed(early), listed(then)) == ([], [2, 1])
    page = get(client, f"/api/v1/entries?at={then}&limit=1", customer_key).json()
    assert get(client, page["next"], customer_key).json()["data"][0]["sequence"] == 1


def test_a_wallet_is_read_by_its_id_too(
    client: Client, wallet: Wallet, give: Give, customer_key: str, platform_key: str
) -> None:
    give("5")
    path = f"/api/v1/wallets/{wallet.pk}"
    own = get(client, "/api/v1/wallet", customer_key).json()
    assert get(client, path, customer_key).json() == own
    assert get(client, path, platform_key).json() == own
    assert get(client, f"{path}/balance", platform_key).json()["balance"] == "5.0000"
    assert get(client, "/api/v1/wallets/999999", platform_key).status_code == 404
    assert get(client, f"/api/v1/wallets/{10**30}/balance", platform_key).status_code == 404


def test_a_stranger_or_a_key_without_the_scope_learns_nothing(
    client: Client, customer: User, stranger: User, wallet: Wallet, give: Give
) -> None:
    give("5")
    _, other = create_api_key(customer=stranger, name="s", scopes=Scope.values)
    _, spender = create_api_key(customer=customer, name="s", scopes=[Scope.USAGE_WRITE])
    for path in (f"/api/v1/wallets/{wallet.pk}", f"/api/v1/wallets/{wallet.pk}/balance"):
        answer = get(client, path, other)
        assert (answer.status_code, answer.json()["code"]) == (404, "wallet_not_found")
        assert get(client, path, spender).status_code == 403
        client.force_login(stranger)
        assert client.get(path).status_code == 404
        client.logout()
        assert client.get(path).status_code == 401

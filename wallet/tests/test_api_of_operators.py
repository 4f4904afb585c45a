"""What the API answers an operator who is signed in and is no customer."""

from __future__ import annotations

import pytest
from django.test import Client

from creditsite.accounts.models import User
from wallet.actions import open_wallet
from wallet.models import Wallet


@pytest.mark.parametrize("path", ["wallet", "wallets/1", "entries", "limits", "holds/1"])
def test_looking_opens_no_wallet_for_an_operator(client: Client, operator: User, path: str) -> None:
    client.force_login(operator)
    answer = client.get(f"/api/v1/{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "wallet_not_found")
    assert answer.json()["next_step"]["url"].endswith("/admin/wallet/wallet/")
    assert not Wallet.objects.exists()


def test_an_operator_who_has_a_wallet_uses_it(client: Client, operator: User) -> None:
    wallet = open_wallet(customer=operator)
    client.force_login(operator)
    assert client.get("/api/v1/wallet").json()["id"] == wallet.pk


def test_looking_opens_the_wallet_of_a_customer(client: Client, customer: User) -> None:
    client.force_login(customer)
    answer = client.get("/api/v1/wallet")
    assert answer.json()["id"] == Wallet.objects.get(customer=customer).pk

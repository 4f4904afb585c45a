"""Whoever holds a wallet for long makes others wait for seconds, not for good."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import pytest
from django.db import connection, transaction
from django.test import Client

from creditsite.accounts.models import User
from wallet import ledger
from wallet.actions import expire_grants, open_wallet
from wallet.errors import WalletBusy
from wallet.models import LedgerEntry, Service, Wallet
from wallet.tests.conftest import Give
from wallet.tests.model.passing_time import PassingTime
from wallet.tests.model.steps import grant

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def held_by_somebody(wallet: Wallet) -> Iterator[None]:
    """Let another session hold the wallet's lock meanwhile."""
    has_it, may_go = Event(), Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                ledger.lock(wallet_id=wallet.pk)
                has_it.set()
                may_go.wait(60)
        finally:
            has_it.set()
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(hold)
        has_it.wait()
        try:
            yield
        finally:
            may_go.set()
        held.result()


def test_a_spend_is_told_to_come_again_and_is_then_done_once(
    client: Client, wallet: Wallet, service: Service, give: Give, customer_key: str
) -> None:
    give("5")

    def spend() -> tuple[int, dict[str, object], str]:
        answer = client.post(
            "/api/v1/spends",
            {"service": service.slug, "quantity": "1"},
            content_type="application/json",
            headers={"Authorization": f"Bearer {customer_key}", "Idempotency-Key": "one"},
        )
        return answer.status_code, answer.json(), answer.headers.get("Retry-After", "")

    with held_by_somebody(wallet):
        status, body, wait = spend()
        assert (status, body["code"], wait) == (503, "wallet_busy", "5")
        assert LedgerEntry.objects.filter(kind="spend").count() == 0
    assert spend()[0] == 201
    assert spend()[0] == 201
    assert LedgerEntry.objects.filter(kind="spend").count() == 1


@pytest.mark.usefixtures("service")
def test_the_sweep_goes_on_with_the_other_wallets(wallet: Wallet, stranger: User) -> None:
    other = open_wallet(customer=stranger)
    for one in (wallet, other):
        grant(one, "5", hours=1)
    PassingTime().passes(hours=2)
    for held, free in ((wallet, other), (other, wallet)):
        with held_by_somebody(held), pytest.raises(WalletBusy):
            expire_grants()
        free.refresh_from_db()
        assert free.balance == 0
        if held == wallet:
            held.refresh_from_db()
            assert held.balance == 5
            grant(other, "5", hours=-1)

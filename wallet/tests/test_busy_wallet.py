"""Whoever holds a wallet for long makes others wait for seconds, not for good."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import pytest
from django.db import connection, transaction
from django.test import Client

from wallet import ledger
from wallet.models import LedgerEntry, Service, Wallet
from wallet.tests.conftest import Give

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

"""A limit that somebody removes while another request is about to show it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from creditsite.accounts.models import User
from wallet.actions import remove_limit, set_limit
from wallet.models import LimitPeriod, SpendLimit, Wallet

pytestmark = pytest.mark.django_db(transaction=True)

Removing = Callable[[], AbstractContextManager[list[Future[None]]]]


@pytest.fixture
def removing(wallet: Wallet) -> Iterator[Removing]:
    """Remove the limit, on another connection, just before the limits are first read."""
    with ThreadPoolExecutor(1) as pool:

        def remove() -> None:
            try:
                remove_limit(wallet=wallet, period=LimitPeriod.DAY)
            finally:
                connection.close()

        @contextmanager
        def while_it_is_read() -> Iterator[list[Future[None]]]:
            begun: list[Future[None]] = []

            def hear(execute: Any, sql: str, *rest: Any) -> Any:
                if "ledger_limits(" in sql and not begun:
                    begun.append(pool.submit(remove))
                    wait(begun, timeout=1)
                return execute(sql, *rest)

            with connection.execute_wrapper(hear):
                yield begun

        yield while_it_is_read


def test_a_limit_is_set_and_answered_before_it_is_removed(
    client: Client, wallet: Wallet, customer_key: str, removing: Removing
) -> None:
    with removing() as begun:
        answer = client.put(
            "/api/v1/limits",
            json.dumps({"period": "day", "credits": "10"}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {customer_key}"},
        )
    assert (answer.status_code, answer.json()["credits"]) == (200, "10.0000")
    begun[0].result(timeout=10)
    assert not SpendLimit.objects.exists()


def test_the_question_about_a_limit_that_was_just_removed_is_not_found(
    client: Client, customer: User, wallet: Wallet, removing: Removing
) -> None:
    limit = set_limit(wallet=wallet, period=LimitPeriod.DAY, credits=Decimal(10))
    client.force_login(customer)
    with removing() as begun:
        answer = client.get(reverse("wallet:limit_remove", args=[limit.pk]))
    begun[0].result(timeout=10)
    assert answer.status_code == 404

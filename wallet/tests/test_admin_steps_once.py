"""A step's form is used once: pressed twice, from two sessions, or many times at one moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from creditsite.accounts.models import User
from creditsite.kernel import clock
from wallet.actions import Posting
from wallet.models import LedgerEntry, Service, Wallet
from wallet.tests.conftest import Give
from wallet.tests.operators import Operator, step

Spend = Callable[..., Posting]


@pytest.fixture
def admin(client: Client, operator: User) -> Operator:
    client.force_login(operator)
    return Operator(client)


def posted_at_once(visitors: list[Client], path: str, asked: dict[str, str]) -> list[Any]:
    """Return what each of the visitors is answered, who all post the form at the same moment."""
    barrier = Barrier(len(visitors))

    def post(visitor: Client) -> Any:
        try:
            connection.ensure_connection()
            barrier.wait()
            return visitor.post(path, asked)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(visitors)) as pool:
        return list(pool.map(post, visitors))


def test_pressing_twice_pauses_once_and_says_so(admin: Operator, wallet: Wallet) -> None:
    asked = {"reason": "fraud", "form_id": "f"}
    for _ in range(2):
        assert admin.client.post(step(wallet, "pause"), asked).status_code == 302
    assert wallet.status_changes.count() == 1
    page = admin.client.get(reverse("admin:wallet_wallet_change", args=[wallet.pk]))
    assert "done already" in page.content.decode()


def test_a_form_that_was_lost_from_the_session_still_posts_once(
    admin: Operator, operator: User, wallet: Wallet
) -> None:
    path = step(wallet, "adjust")
    asked = {"credits": "2", "reason": "r", "form_id": "f", "confirmed": "yes"}
    admin.client.post(path, asked)
    # As it is after a while.
    cache.clear()
    other = Client()
    other.force_login(operator)
    again = other.post(path, asked, follow=True)
    assert "done already" in again.content.decode()
    assert LedgerEntry.objects.filter(kind="adjustment").count() == 1
    assert LogEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_form_that_is_posted_many_times_at_once_is_logged_once(
    operator: User, wallet: Wallet, service: Service, give: Give, spend: Spend
) -> None:
    give("5", expires_at=clock.now() + timedelta(days=3))
    spent, lot = spend("2", "a").entry, wallet.grants.get()
    later = (lot.expires_at + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M")
    forms = [
        (step(wallet, "adjust"), {"credits": "2"}),
        (step(wallet, "grant"), {"credits": "2", "source": "promotion"}),
        (step(spent, "reverse"), {"credits": "1"}),
        (step(lot, "roll_over"), {"most": "1", "expires_at": later}),
        (step(wallet, "adjust"), {"credits": "5000"}),
        (step(wallet, "claw_back"), {"credits": "1", "go_on": "on"}),
        (step(wallet, "note"), {"text": "Called"}),
        (step(service, "describe"), {"name": "Runs of flows"}),
    ]
    visitors = [Client() for _ in range(4)]
    for visitor in visitors:
        # A session each, as requests at the same moment know nothing of what others remember.
        visitor.force_login(operator)
    for path, filled_in in forms:
        asked = filled_in | {"reason": "r", "form_id": uuid4().hex, "confirmed": "yes"}
        assert [post.status_code for post in posted_at_once(visitors, path, asked)] == [302] * 4
    assert LogEntry.objects.count() == len(forms)


def test_a_form_that_was_refused_can_be_mended_and_sent_again(
    admin: Operator, wallet: Wallet, give: Give
) -> None:
    give("5")
    path = step(wallet, "adjust")
    asked = {"reason": "r", "form_id": admin.form_id(path), "confirmed": "yes"}
    assert admin.client.post(path, asked | {"credits": "-6"}).context["form"].errors
    assert admin.client.post(path, asked | {"credits": "-5"}).status_code == 302
    assert [entry.credits for entry in wallet.entries.filter(kind="adjustment")] == [-5]

"""What the overview says of plan and use."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from billing.actions import cancel_subscription
from billing.tests.subscribers import Subscriber
from creditsite.kernel.actor import Actor
from wallet.actions import add_service, grant_credits, spend_credits
from wallet.models import GrantSource
from wallet.tests.older import make_older

pytestmark = pytest.mark.django_db(transaction=True)


def overview(subscriber: Subscriber, client: Client) -> str:
    client.force_login(subscriber.customer)
    return " ".join(client.get(reverse("wallet:overview")).content.decode().split())


def test_the_plan_is_told_with_its_next_payment_or_its_end(
    subscriber: Subscriber, client: Client
) -> None:
    subscriber.begin()
    page = overview(subscriber, client)
    assert "Plan: <strong>Team</strong>, $29.99 a month. Next payment" in page
    cancel_subscription(subscription=subscriber.subscription)
    subscriber.hear()
    page = overview(subscriber, client)
    assert "a month. Ends" in page and "Next payment" not in page


def test_use_is_drawn_from_the_day_after(subscriber: Subscriber, client: Client) -> None:
    subscriber.begin()
    add_service(slug="runs", name="Runs", unit="run", credits_per_unit=Decimal(1))
    spend_credits(
        wallet_id=subscriber.wallet.pk,
        service="runs",
        quantity=Decimal(7),
        idempotency_key="k",
        actor=Actor.system("test"),
    )
    assert "7 credits</title>" not in overview(subscriber, client)
    make_older(3)
    page = overview(subscriber, client)
    assert "7 credits</title>" in page and "Runs" in page


def test_who_has_no_plan_is_led_to_the_plans(subscriber: Subscriber, client: Client) -> None:
    grant_credits(
        wallet=subscriber.wallet,
        credits=Decimal(5),
        source=GrantSource.PROMOTION,
        idempotency_key="g",
        actor=Actor.system("test"),
    )
    subscriber.start()
    page = overview(subscriber, client)
    assert "No plan" in page and "Compare plans" in page

"""Money that went back: kept in the newest state known, whatever order events come in."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from billing.actions import sync_refund
from billing.gateway import StripeRefund
from billing.models import Refund, RefundStatus, StripeEvent, TopUp
from billing.tests.subscribers import Subscriber
from creditsite.accounts.models import User
from creditsite.kernel import clock

pytestmark = pytest.mark.django_db(transaction=True)
FAILS_LATER = "4000000000005126"


def pay_back(subscriber: Subscriber, top_up: TopUp, cents: int) -> dict[str, Any]:
    return subscriber.account.call(
        "POST",
        "/v1/refunds",
        data={
            "payment_intent": top_up.stripe_payment_intent,
            "amount": cents,
            "reason": "requested_by_customer",
        },
    )


def test_each_refund_is_kept(subscriber: Subscriber) -> None:
    top_up = subscriber.buy()
    made = [pay_back(subscriber, top_up, cents) for cents in (300, 650)]
    subscriber.hear()
    refunds = Refund.objects.order_by("pk")
    assert [(each.stripe_id, each.total_cents, each.status) for each in refunds] == [
        (refund["id"], refund["amount"], "succeeded") for refund in made
    ]
    assert {each.wallet for each in refunds} == {subscriber.wallet}
    assert {each.reason for each in refunds} == {"requested_by_customer"}
    assert subscriber.wallet.balance == 100


def backwards(events: list[Any]) -> Iterable[Any]:
    return events[::-1]


def shuffled_and_twice(events: list[Any]) -> Iterable[Any]:
    return random.Random(3).sample([*events, *events], 2 * len(events))


@pytest.mark.parametrize("order", [list, backwards, shuffled_and_twice])
def test_what_failed_later_stays_failed_in_any_order(
    subscriber: Subscriber, order: Callable[[list[Any]], Iterable[Any]]
) -> None:
    top_up = subscriber.buy(FAILS_LATER)
    pay_back(subscriber, top_up, 950)
    subscriber.wait(10)
    assert {event["type"] for event in subscriber.events()} >= {"refund.created", "refund.failed"}
    subscriber.hear(order)
    refund = Refund.objects.get()
    assert (refund.status, refund.total_cents) == ("failed", 950)


def test_refunds_to_nobody_here_are_left_alone(subscriber: Subscriber) -> None:
    account = subscriber.account
    other = account.call("POST", "/v1/customers", data={"email": "other@example.com"})
    card = account.call(
        "POST", "/v1/payment_methods/pm_card_visa/attach", data={"customer": other["id"]}
    )
    paid = account.call(
        "POST",
        "/v1/payment_intents",
        data={
            "amount": 700,
            "currency": "usd",
            "customer": other["id"],
            "payment_method": card["id"],
            "confirm": "true",
            "automatic_payment_methods[enabled]": "true",
            "automatic_payment_methods[allow_redirects]": "never",
        },
    )
    account.call("POST", "/v1/refunds", data={"payment_intent": paid["id"]})
    subscriber.hear()
    assert not Refund.objects.exists()
    assert set(
        StripeEvent.objects.filter(type="refund.created").values_list("state", flat=True)
    ) == {"ignored"}


def test_a_refund_without_a_status_is_on_its_way(subscriber: Subscriber) -> None:
    top_up = subscriber.buy()
    told = StripeRefund.of(pay_back(subscriber, top_up, 300) | {"status": None})
    assert told.status == "pending"
    subscriber.hear()
    customer_id = subscriber.account.call("GET", f"/v1/charges/{told.charge_id}")["customer"]
    later = clock.now() + timedelta(days=1)
    kept = sync_refund(told=told, customer_id=customer_id, told_at=later)
    assert kept and kept.status == RefundStatus.PENDING


def test_operators_find_them(subscriber: Subscriber, client: Client, operator: User) -> None:
    pay_back(subscriber, subscriber.buy(), 300)
    subscriber.hear()
    refund = Refund.objects.get()
    client.force_login(operator)
    listed = client.get(reverse("admin:billing_refund_changelist"), {"q": refund.stripe_id})
    assert "$3.00" in listed.content.decode()
    page = client.get(reverse("admin:billing_refund_change", args=[refund.pk]))
    assert refund.stripe_charge_id in page.content.decode()
    wallet = client.get(reverse("admin:wallet_wallet_change", args=[refund.wallet_id]))
    assert refund.stripe_id in wallet.content.decode()


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"status": "lost"}, "refund_status_known"),
        ({"total_cents": 0}, "refund_total_positive"),
        ({"stripe_charge_id": ""}, "refund_has_stripe_ids"),
    ],
)
def test_the_database_refuses(
    subscriber: Subscriber, change: dict[str, Any], constraint: str
) -> None:
    row = {
        "wallet": subscriber.wallet,
        "stripe_id": "re_1",
        "stripe_charge_id": "ch_1",
        "status": "pending",
        "total_cents": 1,
        "currency": "usd",
        "created_at": clock.now(),
        "told_at": clock.now(),
    }
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Refund.objects.create(**row | change)

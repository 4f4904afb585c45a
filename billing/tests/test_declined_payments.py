"""A payment that fails costs nothing, and the pages lead to where it can be made."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from httpx import HTTPStatusError

from billing.actions import change_plan, start_top_up
from billing.models import SubscriptionStatus
from billing.tests.subscribers import Subscriber

pytestmark = pytest.mark.django_db(transaction=True)
FAILURES = [
    {"card": "4000000000000002"},
    {"card": "4000000000003220", "three_d_secure": "fail"},
    {"card": "4000000000009995"},
]


def fail_to_pay(subscriber: Subscriber, session_id: str | None, failure: dict[str, str]) -> None:
    path = f"/_sandbox/checkout/sessions/{session_id}/pay"
    # Declines are answered 402; a failed 3-D Secure is not.
    with suppress(HTTPStatusError):
        subscriber.account.call("POST", path, json=failure)
    assert subscriber.account.session(session_id)["payment_status"] == "unpaid"


def page_of(subscriber: Subscriber, view: str, *args: Any) -> str:
    client = Client()
    client.force_login(subscriber.customer)
    return client.get(reverse(view, args=args), {"checkout": "return"}).content.decode()


@pytest.mark.parametrize("failure", FAILURES)
def test_a_first_payment_that_fails_begins_nothing_and_can_be_made_again(
    subscriber: Subscriber, failure: dict[str, str]
) -> None:
    started = subscriber.start()
    fail_to_pay(subscriber, started.stripe_session_id, failure)
    subscriber.hear()
    assert subscriber.subscription.status == SubscriptionStatus.INCOMPLETE
    assert subscriber.wallet.balance == 0
    client = Client()
    client.force_login(subscriber.customer)
    assert started.checkout_url in client.get(reverse("billing:plans")).content.decode()
    subscriber.pay()
    subscriber.hear()
    assert subscriber.subscription.status == SubscriptionStatus.ACTIVE
    assert subscriber.wallet.balance == 350


@pytest.mark.parametrize("failure", FAILURES)
def test_a_top_up_that_fails_grants_nothing_and_can_be_paid_again(
    subscriber: Subscriber, failure: dict[str, str]
) -> None:
    top_up = start_top_up(
        wallet=subscriber.wallet, credits=Decimal(100), actor=subscriber.customer.actor
    ).top_up
    fail_to_pay(subscriber, top_up.stripe_session_id, failure)
    subscriber.hear()
    assert subscriber.wallet.balance == 0
    assert top_up.checkout_url in page_of(subscriber, "billing:top_up_detail", top_up.pk)
    subscriber.account.pay(top_up.stripe_session_id)
    subscriber.hear()
    assert subscriber.wallet.balance == 100


@pytest.mark.parametrize("card", ["pm_card_chargeCustomerFail", "pm_card_authenticationRequired"])
def test_a_better_plan_that_can_not_be_charged_leads_to_its_invoice(
    on_team: Subscriber, card: str
) -> None:
    on_team.keep_card(card)
    change_plan(subscription=on_team.subscription, package="works")
    waiting = on_team.subscription
    assert waiting.version.package.slug == "team"
    assert waiting.pay_url in page_of(on_team, "billing:plans")
    assert on_team.wallet.balance == 350


def test_a_renewal_that_asks_for_3d_secure_waits_for_the_customer(subscriber: Subscriber) -> None:
    subscriber.begin()
    subscriber.keep_card("pm_card_authenticationRequired")
    subscriber.wait(32)
    subscriber.hear()
    assert subscriber.subscription.status == SubscriptionStatus.PAST_DUE
    assert subscriber.subscription.pay_url in page_of(subscriber, "wallet:overview")
    assert len(subscriber.allocations) == 1

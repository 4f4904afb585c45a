"""Operators see what a subscription brought and was billed, and may end it."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import Invoice, Subscription
from billing.tests.subscribers import Subscriber
from creditsite.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def admin(operator: User) -> Client:
    client = Client()
    client.force_login(operator)
    return client


def take(admin: Client, step: str, subscription: Subscription) -> str:
    path = reverse(f"admin:billing_subscription_{step}", args=[subscription.pk])
    data = {"reason": "They asked for it.", "form_id": uuid4().hex}
    return admin.post(path, data, follow=True).content.decode()


def is_cancelling(subscriber: Subscriber) -> bool:
    return subscriber.subscription.is_cancelling


def test_the_page_shows_what_it_brought_and_what_was_billed(
    admin: Client, subscriber: Subscriber
) -> None:
    subscription = subscriber.begin()
    page = admin.get(reverse("admin:billing_subscription_change", args=[subscription.pk]))
    told = page.content.decode()
    assert "$29.99 a month for 350 credits" in told
    assert Invoice.objects.get().number in told
    assert "End at once" in told and "Resume" not in told
    for model in ("subscription", "allocation", "invoice"):
        page = admin.get(reverse(f"admin:billing_{model}_changelist"), {"q": "customer@"})
        assert "customer@example.com" in page.content.decode()
    page = admin.get(reverse("admin:billing_invoice_change", args=[Invoice.objects.get().pk]))
    assert Invoice.objects.get().page_url.split("?")[0] in page.content.decode()


def test_an_operator_cancels_resumes_and_ends(admin: Client, subscriber: Subscriber) -> None:
    subscription = subscriber.begin()
    assert "It ends with its period." in take(admin, "cancel", subscription)
    assert is_cancelling(subscriber)
    assert "It goes on." in take(admin, "resume", subscription)
    assert not is_cancelling(subscriber)
    assert "It has ended." in take(admin, "end", subscription)
    assert subscriber.subscription.status == "ended"
    assert "Choose a plan first." in take(admin, "end", subscription)
    assert subscriber.wallet.balance == 350


def test_an_operator_asks_stripe(admin: Client, subscriber: Subscriber) -> None:
    subscription = subscriber.begin()
    subscriber.account.call("DELETE", f"/v1/subscriptions/{subscription.stripe_id}")
    assert "It is ended." in take(admin, "refresh", subscription)


def test_while_stripe_is_down_nothing_is_done(admin: Client, subscriber: Subscriber) -> None:
    subscription = subscriber.begin()
    subscriber.account.switch(api_failure={"status": 503, "times": 2})
    assert "It is safe to try again" in take(admin, "end", subscription)
    assert subscriber.subscription.status == "active"


def test_without_the_right_nothing_is_offered(subscriber: Subscriber, stranger: User) -> None:
    subscription = subscriber.begin()
    stranger.is_staff = True
    stranger.save()
    client = Client()
    client.force_login(stranger)
    path = reverse("admin:billing_subscription_end", args=[subscription.pk])
    assert client.post(path, {"reason": "No", "form_id": uuid4().hex}).status_code == 403
    assert subscriber.subscription.status == "active"

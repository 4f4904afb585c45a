"""Customers are told what happened to their plans and payments, once, and as they chose."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from billing.actions import (
    cancel_subscription,
    change_plan,
    end_subscription,
    resume_subscription,
    set_mail_preferences,
    start_top_up,
    tell_renewals,
)
from billing.actions.mail_texts import BILLING_MAILINGS
from billing.models import Subscription
from billing.tests.promotions import make_promotion
from billing.tests.subscribers import Subscriber
from creditsite.kernel.formatting import day
from wallet.actions.mails import mail_events
from wallet.models import EventKind, WalletEvent

pytestmark = pytest.mark.django_db(transaction=True)
BROKE = "pm_card_chargeCustomerFail"


def html_of(message: EmailMessage) -> str:
    (part,) = message.alternatives  # type: ignore[attr-defined]
    return str(part[0])


def mailed() -> list[str]:
    """Send what waits; return the subjects of what went out since the last look."""
    mail_events()
    subjects = [str(message.subject) for message in mail.outbox]
    mail.outbox.clear()
    return subjects


def test_each_payment_has_a_receipt(subscriber: Subscriber, settings: Settings) -> None:
    settings.SITE_URL = "https://credits.example.com"
    top_up = start_top_up(
        wallet=subscriber.wallet, credits=Decimal(100), actor=subscriber.customer.actor
    ).top_up
    subscriber.account.pay(top_up.stripe_session_id)
    subscriber.begin()
    mail_events()
    bought, begun = mail.outbox
    assert bought.subject == "Your receipt: $9.50 for 100 credits"
    assert begun.subject == "Your receipt: $29.99 for Team"
    assert begun.to == [subscriber.customer.email]
    for text in (begun.body, html_of(begun)):
        assert subscriber.account.url in text
        assert "https://credits.example.com/billing/mails/" in text


def test_a_renewal_is_told_a_week_ahead_with_what_it_charges(subscriber: Subscriber) -> None:
    make_promotion(applies_to="packages", off_cents=500, months=2)
    subscriber.start(code="SPRING")
    subscriber.pay()
    subscriber.hear()
    mailed()
    end = subscriber.subscription.period_end
    assert end
    assert tell_renewals(at=end - timedelta(days=7, minutes=1)) == 0
    assert [tell_renewals(at=end - timedelta(days=7)) for _ in range(2)] == [1, 0]
    mail_events()
    (message,) = mail.outbox
    assert message.subject == f"Team renews on {day(end)}"
    assert "$24.99 for 350 credits" in message.body
    mail.outbox.clear()
    subscriber.wait(32)
    subscriber.hear()
    mailed()
    later = subscriber.subscription.period_end
    assert later
    assert tell_renewals(at=later - timedelta(days=3)) == 1
    assert mailed() == [f"Team renews on {day(later)}"]


def test_no_renewal_is_told_of_a_plan_that_ends(on_team: Subscriber) -> None:
    end = on_team.subscription.period_end
    assert end
    tell_renewals(at=end - timedelta(days=1))
    cancel_subscription(subscription=on_team.subscription)
    assert tell_renewals(at=end - timedelta(days=1)) == 0
    assert not any("renews" in subject for subject in mailed())


def test_a_renewal_of_other_terms_tells_those(on_team: Subscriber) -> None:
    change_plan(subscription=on_team.subscription, package="solo")
    end = on_team.subscription.period_end
    assert end
    tell_renewals(at=end - timedelta(days=1))
    mail_events()
    told = mail.outbox[-1]
    assert "renews: $9.99 for 100 credits" in told.body


def test_while_stripe_is_down_a_renewal_is_told_later(on_team: Subscriber) -> None:
    end = on_team.subscription.period_end
    assert end
    on_team.account.switch(api_failure={"status": 503, "times": 2})
    assert tell_renewals(at=end - timedelta(days=1)) == 0
    assert tell_renewals(at=end - timedelta(days=1)) == 1


def in_order(events: list[Any]) -> list[Any]:
    return events


def shuffled(events: list[Any]) -> list[Any]:
    return random.Random(3).sample(events, len(events))


@pytest.mark.parametrize("order", [in_order, shuffled])
def test_a_failed_payment_is_told_and_its_recovery(
    subscriber: Subscriber, order: Callable[[list[Any]], list[Any]]
) -> None:
    subscriber.begin()
    subscriber.keep_card(BROKE)
    mailed()
    subscriber.wait(32)
    subscriber.hear(order)
    mail_events()
    (message,) = mail.outbox
    assert message.subject == "Your payment of $29.99 did not go through"
    assert "We try again on" in message.body
    assert subscriber.subscription.pay_url in message.body
    mail.outbox.clear()
    subscriber.keep_card("pm_card_visa")
    subscriber.wait(10)
    subscriber.hear(order)
    assert sorted(mailed()) == ["Team goes on", "Your receipt: $29.99 for Team"]


def test_a_failure_that_was_made_good_is_not_mailed(subscriber: Subscriber) -> None:
    subscriber.begin()
    subscriber.keep_card(BROKE)
    mailed()
    subscriber.wait(32)
    subscriber.hear()
    subscriber.keep_card("pm_card_visa")
    subscriber.wait(10)
    subscriber.hear()
    assert "Your payment of $29.99 did not go through" not in mailed()


def test_the_end_after_too_many_failures_is_told(subscriber: Subscriber) -> None:
    subscriber.begin()
    subscriber.keep_card(BROKE)
    subscriber.wait(32)
    subscriber.hear()
    mailed()
    subscriber.wait(40)
    subscriber.hear()
    mail_events()
    ended = mail.outbox[-1]
    assert ended.subject == "Team has ended"
    assert "overdue for too long" in ended.body


def test_changes_are_told_once(on_team: Subscriber) -> None:
    mailed()
    change_plan(subscription=on_team.subscription, package="works")
    on_team.hear()
    changed, receipt = mailed()
    assert changed == "Your plan is Works"
    assert receipt.endswith(" for Change to Works")
    change_plan(subscription=on_team.subscription, package="solo")
    end = on_team.subscription.period_end
    assert end
    assert mailed() == [f"Your plan changes on {day(end)}"]
    cancel_subscription(subscription=on_team.subscription)
    cancel_subscription(subscription=on_team.subscription)
    assert mailed() == [f"Works ends on {day(end)}"]
    resume_subscription(subscription=on_team.subscription)
    assert mailed() == ["Works goes on"]
    end_subscription(subscription=on_team.subscription)
    on_team.hear()
    mail_events()
    (message,) = mail.outbox
    assert message.subject == "Works has ended"
    assert "overdue" not in message.body


def test_who_does_not_want_them_gets_only_what_is_needed(on_team: Subscriber) -> None:
    wallet = on_team.wallet
    WalletEvent.objects.update(mailed_at=None)
    set_mail_preferences(wallet=wallet, receipts=False, renewals=False, changes=False)
    end = on_team.subscription.period_end
    assert end
    tell_renewals(at=end - timedelta(days=1))
    change_plan(subscription=on_team.subscription, package="solo")
    cancel_subscription(subscription=on_team.subscription)
    resume_subscription(subscription=on_team.subscription)
    assert mailed() == []
    end_subscription(subscription=on_team.subscription)
    assert mailed() == ["Team has ended"]


def test_the_choice_is_made_on_a_page(on_team: Subscriber) -> None:
    client = Client()
    client.force_login(on_team.customer)
    path = reverse("billing:mails")
    assert all(client.get(path).context["form"].initial.values())
    assert client.post(path, {"receipts": "on"})["Location"] == path
    answer = client.get(path)
    assert "Your choice is saved." in answer.content.decode()
    chosen = answer.context["form"].initial
    assert chosen == {"receipts": True, "renewals": False, "changes": False}


def test_every_billing_kind_has_its_mail() -> None:
    kinds = {kind for kind in EventKind if kind.startswith(("invoice.", "subscription."))}
    assert set(BILLING_MAILINGS) == kinds


def test_what_an_event_tells_is_enough_for_programs(on_team: Subscriber) -> None:
    change_plan(subscription=on_team.subscription, package="works")
    changed = WalletEvent.objects.get(kind=EventKind.SUBSCRIPTION_CHANGED)
    assert changed.data == {
        "subscription": str(Subscription.objects.get().pk),
        "package": "Works",
        "old_package": "Team",
        "price_cents": 7999,
        "currency": "usd",
        "interval": "month",
        "credits": "1000.0000",
    }

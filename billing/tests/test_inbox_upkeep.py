"""Operators hear of dead events, old ones are let go, forgotten Checkouts are looked after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from djstripe.models import Event as MirroredEvent
from pytest_django import Settings

from billing.actions import (
    alert_dead_events,
    close_overdue_checkouts,
    fulfil_top_up,
    prune_inbox,
    replay_stripe_event,
    start_top_up,
)
from billing.errors import TopUpMismatch
from billing.gateway import CheckoutSession
from billing.models import (
    StripeEvent,
    StripeEventState,
    SubscriptionStatus,
    TopUp,
    TopUpStatus,
)
from billing.tests.stripe_account import Deliveries, StripeAccount
from billing.tests.subscribers import Subscriber
from creditsite.accounts.models import User
from creditsite.kernel import clock
from wallet.models import Wallet

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def dead(
    paid: CheckoutSession,
    deliveries: Deliveries,
    stripe_account: StripeAccount,
    process_waiting: Callable[[], list[StripeEvent]],
) -> StripeEvent:
    """Return an event of a payment that does not match its top-up."""
    event: dict[str, Any] = stripe_account.event("checkout.session.completed")
    event["data"]["object"]["amount_total"] -= 1
    deliveries.bring(event)
    (event_row,) = process_waiting()
    return event_row


def test_operators_hear_once_of_what_is_dead(
    dead: StripeEvent, operator: User, settings: Settings
) -> None:
    settings.SITE_URL = "https://credits.example.com"
    assert [alert_dead_events() for _ in range(2)] == [1, 0]
    (message,) = mail.outbox
    assert message.bcc == [operator.email]
    assert dead.event_id in message.body and "amount_total 4499" in message.body
    assert "https://credits.example.com/admin/billing/stripeevent/?state" in message.body


def test_they_hear_again_of_what_dies_again(
    dead: StripeEvent, operator: User, process_waiting: Callable[[], list[StripeEvent]]
) -> None:
    alert_dead_events()
    replay_stripe_event(event=dead, actor=operator.actor)
    assert alert_dead_events() == 0
    process_waiting()
    assert alert_dead_events() == 1


def age(days: int) -> None:
    StripeEvent.objects.filter(processed_at__isnull=False).update(
        processed_at=clock.now() - timedelta(days=days), mirrored_at=clock.now()
    )


def test_old_events_are_let_go_and_what_they_brought_stays(subscriber: Subscriber) -> None:
    subscriber.begin()
    kept = StripeEvent.objects.count()
    MirroredEvent.objects.create(
        id="evt_old", created=clock.now() - timedelta(days=91), data={}, livemode=False,
        type="charge.succeeded", api_version="2026-08-26.dahlia",
    )  # fmt: skip
    age(89)
    assert (prune_inbox(), StripeEvent.objects.count()) == (0, kept)
    age(91)
    assert prune_inbox() == kept
    assert not MirroredEvent.objects.filter(id="evt_old").exists()
    subscriber.brought.clear()
    subscriber.hear()
    assert subscriber.wallet.balance == 350
    assert len(subscriber.allocations) == 1


def test_what_is_dead_or_not_mirrored_is_kept(dead: StripeEvent) -> None:
    StripeEvent.objects.update(received_at=clock.now() - timedelta(days=1000))
    assert prune_inbox() == 0
    StripeEvent.objects.filter(pk=dead.pk).update(
        state=StripeEventState.PROCESSED, processed_at=clock.now() - timedelta(days=1000)
    )
    assert prune_inbox() == 0


LATER = timedelta(hours=1)


def test_a_payment_nobody_told_of_is_found(top_up: TopUp, paid: CheckoutSession) -> None:
    assert close_overdue_checkouts() == 0
    assert close_overdue_checkouts(at=clock.now() + LATER) == 1
    top_up.refresh_from_db()
    assert top_up.is_paid
    assert Wallet.objects.get(pk=top_up.wallet_id).balance == 500


def test_a_checkout_that_ended_in_silence_expires(
    top_up: TopUp, stripe_account: StripeAccount
) -> None:
    stripe_account.expire(top_up.stripe_session_id)
    assert close_overdue_checkouts(at=clock.now() + LATER) == 1
    top_up.refresh_from_db()
    assert top_up.status == TopUpStatus.EXPIRED


@pytest.mark.parametrize("is_lost", [True, False])
def test_one_that_was_never_opened_or_is_lost_expires(
    top_up: TopUp, stripe_account: StripeAccount, is_lost: bool
) -> None:
    if is_lost:
        stripe_account.reset()
    else:
        TopUp.objects.update(stripe_session_id=None, checkout_url="")
    assert close_overdue_checkouts(at=clock.now() + LATER) == 1
    top_up.refresh_from_db()
    assert top_up.status == TopUpStatus.EXPIRED


def test_a_forgotten_subscription_is_looked_after(subscriber: Subscriber) -> None:
    subscriber.start()
    subscriber.pay()
    assert close_overdue_checkouts(at=clock.now() + LATER) == 1
    assert subscriber.subscription.status == SubscriptionStatus.ACTIVE
    assert subscriber.wallet.balance == 350


def test_while_stripe_is_down_they_wait(top_up: TopUp, stripe_account: StripeAccount) -> None:
    stripe_account.switch(api_failure={"status": 503, "times": 2})
    assert close_overdue_checkouts(at=clock.now() + LATER) == 0
    top_up.refresh_from_db()
    assert top_up.is_pending


def test_one_that_does_not_match_holds_up_no_other(
    top_up: TopUp, paid: CheckoutSession, stripe_account: StripeAccount, customer: User
) -> None:
    other = start_top_up(wallet=top_up.wallet, credits=Decimal(100), actor=customer.actor).top_up
    stripe_account.pay(other.stripe_session_id)
    session = CheckoutSession.of(stripe_account.session(other.stripe_session_id))
    # The first is paid by the other's session, as if somebody had mixed them up.
    TopUp.objects.filter(pk=other.pk).update(stripe_session_id="cs_other")
    TopUp.objects.filter(pk=top_up.pk).update(stripe_session_id=session.id)
    assert close_overdue_checkouts(at=clock.now() + LATER) == 1
    top_up.refresh_from_db()
    assert top_up.is_pending
    with pytest.raises(TopUpMismatch):
        fulfil_top_up(session=session)

"""dj-stripe's copies: for operators to look at, and never in the way of credits."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from djstripe import models as djstripe
from pytest_django import Settings

from billing.actions import mirror_stripe_event
from billing.models import StripeEvent, TopUp
from billing.tests.stripe_account import Deliveries, StripeAccount
from billing.tests.test_process_stripe_event import due_now
from creditsite.accounts.models import User
from wallet.models import Wallet


@pytest.fixture
def paid(top_up: TopUp, stripe_account: StripeAccount) -> TopUp:
    """Return the top-up after the customer has paid; its events are made, not yet delivered."""
    stripe_account.pay(top_up.stripe_session_id)
    return top_up


def test_every_event_of_a_purchase_is_mirrored(
    paid: TopUp, stripe_account: StripeAccount, deliveries: Deliveries, customer: User
) -> None:
    sent = stripe_account.events()
    assert len(sent) >= 5
    for event in sent:
        deliveries.bring(event)
        mirrored = mirror_stripe_event(event_id=StripeEvent.objects.get(event_id=event["id"]).pk)
        assert mirrored.mirrored_at
    assert djstripe.Event.objects.count() == len(sent)
    session = djstripe.Session.objects.get(id=paid.stripe_session_id)
    assert session.stripe_data["payment_status"] == "paid"
    assert djstripe.Customer.objects.get().subscriber == customer
    assert djstripe.Charge.objects.get().stripe_data["amount"] == paid.total_cents


def test_the_events_of_a_purchase_are_mirrored_by_jobs(
    transactional_db: None,
    paid: TopUp,
    stripe_account: StripeAccount,
    deliveries: Deliveries,
    run_jobs: Callable[[], None],
) -> None:
    for event in stripe_account.events():
        deliveries.bring(event)
    run_jobs()
    errors = StripeEvent.objects.exclude(mirror_error="").values_list("type", "mirror_error")
    assert not list(errors)
    assert not StripeEvent.objects.filter(mirrored_at=None).exists()


def test_an_event_is_mirrored_once(
    paid: TopUp, stripe_account: StripeAccount, deliveries: Deliveries, settings: Settings
) -> None:
    deliveries.bring(stripe_account.event("charge.succeeded"))
    event = StripeEvent.objects.get()
    first = mirror_stripe_event(event_id=event.pk).mirrored_at
    settings.STRIPE_SECRET_KEY = "sk_test_nobody0knows0this0key0here"
    assert mirror_stripe_event(event_id=event.pk).mirrored_at == first


def test_a_mirror_that_fails_leaves_the_credits_alone_and_catches_up(
    transactional_db: None,
    paid: TopUp,
    stripe_account: StripeAccount,
    deliveries: Deliveries,
    run_jobs: Callable[[], None],
    wallet: Wallet,
) -> None:
    completed = stripe_account.event("checkout.session.completed")
    deliveries.bring(completed)
    stripe_account.switch(api_failure={"status": 503, "chance": 1})
    run_jobs()
    stripe_account.switch(api_failure=None)
    event = StripeEvent.objects.get()
    assert (event.state, event.mirrored_at) == ("processed", None)
    assert "APIError" in event.mirror_error
    wallet.refresh_from_db()
    assert wallet.balance == 500
    due_now()
    run_jobs()
    event.refresh_from_db()
    assert event.mirrored_at
    assert event.mirror_error == ""
    wallet.refresh_from_db()
    assert wallet.balance == 500

"""What billing's tests share: a Stripe account, an endpoint, jobs, a top-up under way."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from pytest_django import Settings

from billing.tests.stripe_account import SECRET, Deliveries, StripeAccount
from creditsite.tests.sandbox_fixtures import StripeSandbox

if TYPE_CHECKING:
    from billing.gateway import CheckoutSession
    from billing.models import StripeEvent, TopUp
    from billing.tests.subscribers import Subscriber
    from creditsite.accounts.models import User
    from wallet.models import Wallet


@pytest.fixture
def stripe_account(stripe_sandbox: StripeSandbox, settings: Settings) -> StripeAccount:
    """Give the site an empty account in the sandbox."""
    account = StripeAccount(stripe_sandbox.url, settings.STRIPE_SECRET_KEY)
    account.reset()
    account.switch(charge_updated_delay=0)
    return account


@pytest.fixture
def deliveries(db: None, settings: Settings) -> Deliveries:
    """Return the site's webhook address, with an endpoint whose secret the tests know."""
    return make_deliveries(settings.STRIPE_API_VERSION)


def make_deliveries(api_version: str) -> Deliveries:
    """Make the endpoint that the site knows its deliveries by."""
    from djstripe.models import WebhookEndpoint

    endpoint = WebhookEndpoint.objects.create(
        id="we_1TestEndpoint",
        djstripe_uuid=uuid4(),
        secret=SECRET,
        url="https://credits.example.com",
        enabled_events=["*"],
        api_version=api_version,
        status="enabled",
        livemode=False,
        metadata={},
    )
    return Deliveries(endpoint)


@pytest.fixture
def wallet(customer: User) -> Wallet:
    """Return the customer's wallet."""
    from wallet.models import Wallet

    return Wallet.objects.get(customer=customer)


@pytest.fixture
def subscriber(stripe_account: StripeAccount, deliveries: Deliveries, customer: User) -> Subscriber:
    """Return a customer who may subscribe to the package "team"."""
    from billing.tests.packages import make_package
    from billing.tests.subscribers import Subscriber

    make_package("team")
    return Subscriber(stripe_account, deliveries, customer)


@pytest.fixture
def on_team(subscriber: Subscriber) -> Subscriber:
    """Return a customer with "team" (350 for $29.99), ten days into the period.

    Besides there are "solo" (100 for $9.99) and "works" (1,000 for $79.99).
    """
    from billing.tests.packages import make_package

    make_package("solo", price_cents=999, credits=Decimal(100))
    make_package("works", price_cents=7999, credits=Decimal(1000))
    subscriber.begin()
    subscriber.wait(10)
    subscriber.hear()
    return subscriber


@pytest.fixture
def top_up(stripe_account: StripeAccount, wallet: Wallet, customer: User) -> TopUp:
    """Return a top-up of 500 credits whose Checkout is open."""
    from billing.actions import start_top_up

    return start_top_up(wallet=wallet, credits=Decimal(500), actor=customer.actor).top_up


@pytest.fixture
def paid(top_up: TopUp, stripe_account: StripeAccount) -> CheckoutSession:
    """Return the session of the top-up after the customer has paid; we were not told yet."""
    from billing.gateway import CheckoutSession

    stripe_account.pay(top_up.stripe_session_id)
    return CheckoutSession.of(stripe_account.session(top_up.stripe_session_id))


@pytest.fixture
def process_waiting(db: None) -> Callable[[], list[StripeEvent]]:
    """Return a function that processes every waiting event, as the worker's jobs would."""
    from billing.actions import process_stripe_event
    from billing.models import StripeEvent
    from billing.webhooks.handlers import handle_event

    def process() -> list[StripeEvent]:
        waiting = StripeEvent.objects.filter(state="received").order_by("pk")
        return [
            process_stripe_event(event_id=event.pk, handle=handle_event) for event in list(waiting)
        ]

    return process

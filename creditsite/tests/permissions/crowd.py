"""More of everything than one: for tests of what a page does with many rows."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from djstripe.models import WebhookEndpoint

from billing.actions import start_top_up
from billing.tests.packages import make_package, publish
from billing.tests.promotions import make_promotion
from billing.tests.stripe_account import Deliveries, StripeAccount
from billing.tests.subscribers import Subscriber
from creditsite.accounts.actions import create_api_key
from creditsite.accounts.models import Scope, User
from creditsite.tests.people import make_customer
from disputes import actions
from disputes.models import Dispute
from disputes.tests.cases import ACTOR, charge, dispute, give
from wallet.actions import (
    claw_back,
    pause_wallet,
    place_hold,
    publish_rate,
    resume_wallet,
    reverse_spend,
    set_limit,
)
from wallet.actions.ledger_hours import roll_up_ledger
from wallet.actions.usage import roll_up_usage
from wallet.models import Service, Wallet
from wallet.models.limit import LimitPeriod

# More than the queries that a page may take.
MANY = 16
FEW = 5


def crowd(account: StripeAccount, customer: User, values: dict[str, Any]) -> None:
    """Give the customer of `world.fill`, and others, many of what `fill` made one of."""
    wallet = Wallet.objects.get(customer=customer)
    case = Dispute.objects.get(pk=values["dispute_id"])
    give(wallet, "5000")
    set_limit(wallet=wallet, period=LimitPeriod.DAY, credits=Decimal(5000))
    for number in range(MANY):
        _use(wallet, number)
        actions.write_in_dispute(dispute=case, text=f"Message {number}", actor=customer.actor)
        start_top_up(wallet=wallet, credits=Decimal(500), actor=customer.actor, code="SPRING")
        create_api_key(customer=customer, name=f"script {number}", scopes=Scope.values)
        _log(customer, wallet, number)
        make_customer(f"customer-{number}@example.com")
        publish(make_package(f"package-{number}"), price_cents=3000 + number)
        make_promotion(code=f"CODE{number}")
    _subscribe(account)
    roll_up_usage()
    roll_up_ledger()


def _use(wallet: Wallet, number: int) -> None:
    """Spend, reverse, hold, claw back; contest some of it; on services of their own."""
    slug = f"service-{number}"
    spend = charge(wallet, "10", service=slug)
    if number < FEW:
        dispute(spend, charge(wallet, "3", service=slug))
    else:
        reverse_spend(
            spend=spend, credits=Decimal(1), reason="Half", idempotency_key=slug, actor=ACTOR
        )
    place_hold(
        wallet_id=wallet.pk,
        service=slug,
        credits=Decimal(1),
        expires_in=timedelta(hours=1),
        idempotency_key=f"hold {slug}",
        actor=ACTOR,
    )
    service = Service.objects.get(slug=slug)
    set_limit(wallet=wallet, period=LimitPeriod.DAY, credits=Decimal(100), service=service)
    publish_rate(service=service, credits_per_unit=Decimal(2), unit="run")
    claw_back(
        wallet=wallet,
        credits=Decimal(1),
        reference=slug,
        reason="Its money went back",
        idempotency_key=f"claw {slug}",
        actor=ACTOR,
    )
    pause_wallet(wallet=wallet, reason="To see", actor=ACTOR)
    resume_wallet(wallet=wallet, reason="Seen", actor=ACTOR)


def _subscribe(account: StripeAccount) -> None:
    """Let some others subscribe, pay and get a part back."""
    deliveries = Deliveries(WebhookEndpoint.objects.get())
    for number in range(FEW):
        person = User.objects.get(email=f"customer-{number}@example.com")
        subscriber = Subscriber(account, deliveries, person)
        subscriber.begin()
        (paid, *_) = account.call("GET", "/v1/charges")["data"]
        account.call("POST", "/v1/refunds", data={"charge": paid["id"], "amount": 100})
        subscriber.hear()


def _log(person: User, wallet: Wallet, number: int) -> None:
    LogEntry.objects.create(
        user=person,
        content_type=ContentType.objects.get_for_model(Wallet),
        object_id=str(wallet.pk),
        object_repr=str(wallet),
        action_flag=CHANGE,
        change_message=f"Paused, {number}.",
    )

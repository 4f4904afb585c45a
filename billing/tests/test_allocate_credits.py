"""Credits for paid periods: once for each, whatever comes in which order, how often."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings

from billing.actions import process_stripe_event
from billing.models import Package, StripeEvent, StripeEventState, StripePrice, Subscription
from billing.tests.packages import publish
from billing.tests.stripe_account import StripeAccount
from billing.tests.subscribers import Subscriber
from billing.tests.threads import at_once
from billing.webhooks.handlers import handle_event
from wallet.models import GrantSource

pytestmark = pytest.mark.django_db(transaction=True)
MONTH = 31


def test_the_first_payment_brings_the_credits_of_its_period(subscriber: Subscriber) -> None:
    subscription = subscriber.begin()
    assert subscription.status == "active"
    (allocation,) = subscriber.allocations
    assert (allocation.credits, allocation.paid_cents) == (Decimal(350), 2999)
    assert (allocation.period_start, allocation.period_end) == (
        subscription.period_start,
        subscription.period_end,
    )
    lot = allocation.grant
    assert (lot.source, lot.cost_cents) == (GrantSource.SUBSCRIPTION, 2999)
    assert lot.expires_at == allocation.period_end + settings.ALLOCATION_GRACE
    assert subscriber.wallet.balance == 350


def test_nothing_is_granted_before_the_payment(subscriber: Subscriber) -> None:
    subscriber.start()
    subscriber.hear()
    assert (subscriber.wallet.balance, subscriber.allocations) == (0, [])
    assert subscriber.subscription.status == "incomplete"


def test_a_renewal_brings_the_next_period(subscriber: Subscriber) -> None:
    subscriber.begin()
    subscriber.wait(MONTH + 1)
    subscriber.hear()
    first, second = subscriber.allocations
    assert second.period_start == first.period_end
    assert subscriber.wallet.balance == 700
    assert subscriber.subscription.period_end == second.period_end


def test_new_terms_do_not_reach_whoever_has_the_old(subscriber: Subscriber) -> None:
    subscriber.begin()
    publish(Package.objects.get(slug="team"), price_cents=3999, credits=Decimal(400))
    subscriber.wait(MONTH + 1)
    subscriber.hear()
    assert [each.credits for each in subscriber.allocations] == [350, 350]


@pytest.mark.parametrize("seed", range(4))
def test_order_and_repetition_do_not_matter(subscriber: Subscriber, seed: int) -> None:
    """All events of a begin and two renewals, shuffled, each brought three times."""
    subscriber.start()
    subscriber.pay()
    subscriber.wait(2 * MONTH + 1)

    def order(events: list[Any]) -> list[Any]:
        events = events * 3
        random.Random(seed).shuffle(events)
        return events

    subscriber.hear(order)
    for event in StripeEvent.objects.filter(state__in=("processed", "ignored")):
        StripeEvent.objects.filter(pk=event.pk).update(state="received", processed_at=None)
    subscriber.process()
    assert [each.credits for each in subscriber.allocations] == [350] * 3
    assert subscriber.wallet.balance == 1050
    assert subscriber.subscription.status == "active"
    assert not StripeEvent.objects.filter(state=StripeEventState.DEAD).exists()


def test_workers_at_once_grant_once(subscriber: Subscriber) -> None:
    subscriber.start()
    subscriber.pay()
    for event in subscriber.events():
        subscriber.deliveries.bring(event)
    rows = list(StripeEvent.objects.filter(state="received").values_list("pk", flat=True))
    at_once(lambda pk: process_stripe_event(event_id=pk, handle=handle_event), rows * 2)
    assert subscriber.wallet.balance == 350
    assert Subscription.objects.get().status == "active"


def test_a_payment_for_no_package_of_ours_is_dead_until_it_is_known(
    subscriber: Subscriber,
) -> None:
    subscriber.start()
    subscriber.pay()
    price = StripePrice.objects.get()
    StripePrice.objects.all().delete()
    subscriber.hear()
    dead = StripeEvent.objects.get(type="invoice.paid")
    assert dead.state == StripeEventState.DEAD and "PriceUnknown" in dead.error
    assert subscriber.wallet.balance == 0
    price.save(force_insert=True)
    StripeEvent.objects.filter(state=StripeEventState.DEAD).update(state="received")
    subscriber.process()
    assert subscriber.wallet.balance == 350


def test_subscriptions_of_others_on_the_account_are_left_alone(
    subscriber: Subscriber, stripe_account: StripeAccount
) -> None:
    price = StripePrice.objects.get().stripe_id
    paying = {"customer": "", "items[0][price]": price}
    card = {"payment_method": "pm_card_visa"}
    default = {"invoice_settings[default_payment_method]": "pm_card_visa"}
    paying["customer"] = stripe_account.call("POST", "/v1/customers", data=card | default)["id"]
    stripe_account.call("POST", "/v1/subscriptions", data=paying)
    subscriber.hear()
    assert StripeEvent.objects.get(type="invoice.paid").state == StripeEventState.IGNORED
    assert not Subscription.objects.exists()


def test_an_end_is_told_and_what_was_paid_stays(
    subscriber: Subscriber, stripe_account: StripeAccount
) -> None:
    subscription = subscriber.begin()
    stripe_account.call("DELETE", f"/v1/subscriptions/{subscription.stripe_id}")
    subscriber.hear()
    ended = subscriber.subscription
    assert (ended.status, ended.end_reason) == ("ended", "cancellation_requested")
    assert ended.ended_at and ended.ended_at - ended.created_at < timedelta(minutes=5)
    assert subscriber.wallet.balance == 350
    assert subscriber.start().pk != subscription.pk

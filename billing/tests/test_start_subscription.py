"""Subscriptions begun: one Checkout that can be paid, one contract at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from billing.actions import archive_package, create_package, offer_package, start_subscription
from billing.errors import (
    PackageNotFound,
    PackageNotOnSale,
    StripeUnavailable,
    SubscriptionExists,
)
from billing.models import (
    Package,
    PackageVisibility,
    StripeCustomer,
    StripePrice,
    Subscription,
    SubscriptionStatus,
)
from billing.tests.packages import make_package, publish
from billing.tests.stripe_account import StripeAccount
from billing.tests.subscribers import Subscriber
from billing.tests.threads import at_once
from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.kernel.errors import IdempotencyKeyReused
from wallet.actions import close_wallet
from wallet.errors import WalletClosed
from wallet.models import Wallet

pytestmark = pytest.mark.django_db(transaction=True)


def open_sessions(account: StripeAccount) -> list[str]:
    return [session["id"] for session in account.sessions() if session["status"] == "open"]


def test_a_checkout_is_opened_for_the_package(
    subscriber: Subscriber, stripe_account: StripeAccount
) -> None:
    subscription = subscriber.start()
    assert subscription.status == SubscriptionStatus.INCOMPLETE
    session = stripe_account.session(subscription.stripe_session_id)
    assert (session["mode"], session["amount_total"]) == ("subscription", 2999)
    assert session["url"] == subscription.checkout_url
    assert session["metadata"] == {"subscription": str(subscription.pk)}
    assert session["success_url"].endswith("/billing/plans/?checkout=return")


def test_another_start_of_the_same_package_leads_to_the_same_checkout(
    subscriber: Subscriber, stripe_account: StripeAccount
) -> None:
    assert subscriber.start() == subscriber.start()
    assert len(stripe_account.sessions()) == 1


def test_a_start_of_another_package_closes_the_first_checkout(
    subscriber: Subscriber, stripe_account: StripeAccount
) -> None:
    make_package("crew", price_cents=3999)
    first, second = subscriber.start("team"), subscriber.start("crew")
    first.refresh_from_db()
    assert first.status == SubscriptionStatus.EXPIRED
    assert open_sessions(stripe_account) == [second.stripe_session_id]


def test_new_terms_make_a_new_checkout(
    subscriber: Subscriber, stripe_account: StripeAccount
) -> None:
    subscriber.start()
    publish(Package.objects.get(slug="team"), price_cents=3499)
    second = subscriber.start()
    assert stripe_account.session(second.stripe_session_id)["amount_total"] == 3499
    assert open_sessions(stripe_account) == [second.stripe_session_id]


def test_a_checkout_that_was_just_paid_is_not_closed(subscriber: Subscriber) -> None:
    make_package("crew")
    subscriber.start("team")
    subscriber.pay()
    with pytest.raises(SubscriptionExists, match="first payment was just made") as refused:
        subscriber.start("crew")
    assert refused.value.next_step
    assert Subscription.objects.count() == 1


def test_a_second_subscription_is_refused(subscriber: Subscriber) -> None:
    make_package("crew")
    subscriber.begin()
    for package in ("team", "crew"):
        with pytest.raises(SubscriptionExists, match=r"You have Team\. Change its plan") as refused:
            subscriber.start(package)
        assert refused.value.next_step and refused.value.next_step.url == "/billing/plans/"
    assert Subscription.objects.count() == 1


def test_what_is_not_offered_cannot_be_begun(subscriber: Subscriber, stranger: User) -> None:
    create_package(slug="draft", name="Draft")
    private = make_package("special")
    offer_package(package=private, visibility=PackageVisibility.PRIVATE, customers=[stranger])
    for package in ("draft", "special", "nothing"):
        with pytest.raises(PackageNotFound, match=package):
            subscriber.start(package)
    archive_package(package=Package.objects.get(slug="team"))
    with pytest.raises(PackageNotOnSale, match="Team is not on sale") as refused:
        subscriber.start("team")
    assert refused.value.next_step
    assert not Subscription.objects.exists()


def test_a_closed_wallet_subscribes_to_nothing(subscriber: Subscriber, operator: User) -> None:
    close_wallet(wallet=subscriber.wallet, reason="Left", actor=operator.actor)
    with pytest.raises(WalletClosed):
        subscriber.start()


def test_a_key_stands_for_one_start(subscriber: Subscriber) -> None:
    make_package("crew")
    first = subscriber.start(idempotency_key="k")
    assert subscriber.start(idempotency_key="k") == first
    with pytest.raises(IdempotencyKeyReused):
        subscriber.start("crew", idempotency_key="k")
    archive_package(package=Package.objects.get(slug="team"))
    assert subscriber.start(idempotency_key="k") == first


def test_while_stripe_is_down_nothing_is_lost_and_pressing_again_is_safe(
    subscriber: Subscriber, stripe_account: StripeAccount
) -> None:
    stripe_account.switch(api_failure={"status": 503, "times": 10})
    with pytest.raises(StripeUnavailable):
        subscriber.start()
    stripe_account.switch(api_failure=None, lose_answers={"times": 10})
    with pytest.raises(StripeUnavailable):
        subscriber.start()
    stripe_account.switch(lose_answers=None)
    assert subscriber.start().checkout_url
    assert Subscription.objects.count() == len(stripe_account.sessions()) == 1


def test_what_stripe_has_lost_is_made_anew(
    subscriber: Subscriber, stripe_account: StripeAccount
) -> None:
    subscriber.start()
    subscriber.account.expire(subscriber.subscription.stripe_session_id)
    old = (StripeCustomer.objects.get().stripe_id, StripePrice.objects.get().stripe_id)
    stripe_account.reset()
    Subscription.objects.update(expires_at=clock.now() + timedelta(minutes=1))
    again = subscriber.start()
    assert again.checkout_url
    assert StripeCustomer.objects.get().stripe_id != old[0]
    assert StripePrice.objects.get().stripe_id != old[1]
    assert len(open_sessions(stripe_account)) == 1


def test_starts_at_once_leave_one_checkout_that_can_be_paid(
    subscriber: Subscriber, stripe_account: StripeAccount, customer: User
) -> None:
    make_package("crew")
    wallet = Wallet.objects.get(customer=customer)

    def start(package: str) -> str | None:
        try:
            return start_subscription(
                wallet=wallet, package=package, actor=customer.actor
            ).subscription.stripe_session_id
        except SubscriptionExists:
            return None

    at_once(start, ["team", "crew", "team", "crew"])
    assert len(open_sessions(stripe_account)) == 1
    assert Subscription.objects.live().count() == 1

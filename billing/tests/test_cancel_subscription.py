"""The end of a subscription: with its period, taken back, at once; by us or at Stripe's page."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.actions import (
    cancel_subscription,
    change_plan,
    end_subscription,
    resume_subscription,
)
from billing.errors import StripeUnavailable, SubscriptionNotRunning
from billing.tests.packages import make_package
from billing.tests.stripe_account import StripeAccount
from billing.tests.subscribers import Subscriber

pytestmark = pytest.mark.django_db(transaction=True)
MONTH = 31


def test_a_cancelled_subscription_ends_with_its_period(subscriber: Subscriber) -> None:
    subscriber.begin()
    cancelled = cancel_subscription(subscription=subscriber.subscription)
    assert cancelled.is_cancelling
    assert cancelled.cancels_at == cancelled.period_end
    assert cancel_subscription(subscription=cancelled).cancels_at == cancelled.cancels_at
    subscriber.wait(MONTH + 1)
    subscriber.hear()
    assert subscriber.subscription.status == "ended"
    assert len(subscriber.allocations) == 1


def test_a_resumed_subscription_goes_on(subscriber: Subscriber) -> None:
    subscriber.begin()
    cancel_subscription(subscription=subscriber.subscription)
    resumed = resume_subscription(subscription=subscriber.subscription)
    assert not resumed.is_cancelling
    assert resume_subscription(subscription=resumed).cancels_at is None
    subscriber.wait(MONTH + 1)
    subscriber.hear()
    assert subscriber.subscription.status == "active"
    assert len(subscriber.allocations) == 2


def test_what_the_portal_cancelled_for_a_moment_is_resumed_too(subscriber: Subscriber) -> None:
    row = subscriber.begin()
    assert row.period_end
    subscriber.account.call(
        "POST",
        f"/v1/subscriptions/{row.stripe_id}",
        data={"cancel_at": int(row.period_end.timestamp())},
    )
    subscriber.hear()
    assert subscriber.subscription.cancels_at == row.period_end
    assert resume_subscription(subscription=subscriber.subscription).cancels_at is None


def test_a_planned_change_is_given_up_with_the_plan(subscriber: Subscriber) -> None:
    make_package("solo", price_cents=999, credits=Decimal(100))
    row = subscriber.begin()
    change_plan(subscription=row, package="solo")
    cancelled = cancel_subscription(subscription=subscriber.subscription)
    assert (cancelled.next_version_id, cancelled.is_cancelling) == (None, True)
    subscriber.wait(MONTH + 1)
    subscriber.hear()
    assert subscriber.subscription.status == "ended"


def test_an_overdue_subscription_can_be_cancelled(subscriber: Subscriber) -> None:
    subscriber.begin()
    subscriber.keep_card("pm_card_chargeCustomerFail")
    subscriber.wait(MONTH + 1)
    subscriber.hear()
    assert subscriber.subscription.is_overdue
    assert cancel_subscription(subscription=subscriber.subscription).is_cancelling


def test_an_end_at_once_leaves_what_was_paid(subscriber: Subscriber) -> None:
    row = subscriber.begin()
    ended = end_subscription(subscription=row)
    assert (ended.status, ended.end_reason) == ("ended", "cancellation_requested")
    assert subscriber.wallet.balance == 350
    subscriber.hear()
    assert subscriber.wallet.balance == 350


def test_nothing_is_left_to_cancel_after_the_end(subscriber: Subscriber) -> None:
    row = subscriber.begin()
    subscriber.account.call("DELETE", f"/v1/subscriptions/{row.stripe_id}")
    for verb in (cancel_subscription, resume_subscription, end_subscription):
        with pytest.raises(SubscriptionNotRunning) as refused:
            verb(subscription=row)
        assert refused.value.next_step


def test_a_lost_answer_is_made_good_by_another_press(
    subscriber: Subscriber, stripe_account: StripeAccount
) -> None:
    row = subscriber.begin()
    stripe_account.switch(lose_answers={"times": 2, "at": "POST /v1/subscriptions/"})
    with pytest.raises(StripeUnavailable):
        cancel_subscription(subscription=row)
    assert cancel_subscription(subscription=row).is_cancelling

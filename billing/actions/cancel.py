"""End a subscription with its period, take that back, or end it at once."""

from __future__ import annotations

from billing import gateway
from billing.actions.change_plan import take_back_planned_change
from billing.actions.refresh import refresh_subscription
from billing.actions.running import ask_how_it_runs
from billing.models import Subscription


def cancel_subscription(*, subscription: Subscription) -> Subscription:
    """Have a subscription end with its paid period; nothing is charged any more.

    A planned change is given up with it. Repeating it changes nothing. Credits stay until
    they expire. Not for use inside a transaction. Raises `SubscriptionNotRunning`,
    `StripeUnavailable`, `StripeRefused`.
    """
    row, told = ask_how_it_runs(subscription)
    if row.is_cancelling:
        return row
    take_back_planned_change(told)
    gateway.cancel_at_period_end(told.id)
    return refresh_subscription(stripe_id=told.id)[0]


def resume_subscription(*, subscription: Subscription) -> Subscription:
    """Have a cancelled subscription go on after its period. Repeating it changes nothing.

    Not for use inside a transaction. Raises `SubscriptionNotRunning` where it has ended,
    `StripeUnavailable`, `StripeRefused`.
    """
    row, told = ask_how_it_runs(subscription)
    if not row.is_cancelling:
        return row
    gateway.keep_going(told)
    return refresh_subscription(stripe_id=told.id)[0]


def end_subscription(*, subscription: Subscription) -> Subscription:
    """End a subscription at once, as operators may; nothing is paid back.

    What it brought stays until it expires, and nothing of it rolls over. Repeating it changes
    nothing. Not for use inside a transaction. Raises `SubscriptionNotRunning`,
    `StripeUnavailable`, `StripeRefused`.
    """
    _, told = ask_how_it_runs(subscription)
    gateway.cancel_now(told.id)
    return refresh_subscription(stripe_id=told.id)[0]

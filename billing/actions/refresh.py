"""Ask Stripe how a subscription stands, and catch up with it."""

from __future__ import annotations

from billing import gateway
from billing.actions.allocate import allocate_credits
from billing.actions.subscribe import expire_subscription
from billing.actions.sync import sync_subscription
from billing.actions.upgrades import find_upgrade
from billing.gateway import StripeSubscription
from billing.models import Subscription
from creditsite.kernel import clock


def refresh_subscription(*, stripe_id: str) -> tuple[Subscription, StripeSubscription]:
    """Let our row stand as the subscription stands at Stripe now, and grant what its newest
    invoice brought, if that is paid. Does what its events would do, whether they came or not.

    Not for use inside a transaction. Raises `StripeUnavailable`, `StripeRefused`, and what
    `sync_subscription` and `allocate_credits` raise.
    """
    asked_at = clock.now()
    told = gateway.retrieve_subscription(stripe_id)
    row = sync_subscription(told=told, asked_at=asked_at)
    invoice = told.latest_invoice
    if invoice and invoice.is_paid:
        allocate_credits(invoice=invoice, upgrade=find_upgrade(invoice=invoice))
    return row, told


def confirm_subscription(*, subscription: Subscription) -> Subscription:
    """Ask Stripe whether the subscription's first payment was made, and do what its events do.

    For the page a customer comes back to: the events may still be on their way. Raises as
    `refresh_subscription` does.
    """
    if not subscription.is_incomplete or subscription.stripe_session_id is None:
        return subscription
    session = gateway.retrieve_checkout_session(subscription.stripe_session_id)
    if session.subscription_id:
        return refresh_subscription(stripe_id=session.subscription_id)[0]
    if session.has_expired:
        return expire_subscription(subscription=subscription)
    return subscription

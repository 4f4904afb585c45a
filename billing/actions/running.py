"""The subscription that runs, by our row and by Stripe."""

from __future__ import annotations

from billing.actions.packages import see_the_plans
from billing.actions.refresh import refresh_subscription
from billing.errors import SubscriptionNotRunning
from billing.gateway import StripeSubscription
from billing.models import Subscription
from wallet.models import Wallet


def running_subscription(*, wallet: Wallet) -> Subscription:
    """Return the wallet's subscription that runs. Raises `SubscriptionNotRunning`."""
    found = (
        Subscription.objects.live()
        .filter(wallet=wallet)
        .select_related("version__package", "wallet__customer")
        .first()
    )
    if found is None or not found.runs:
        raise _none()
    return found


def ask_how_it_runs(subscription: Subscription) -> tuple[Subscription, StripeSubscription]:
    """Return a subscription as it stands now, by our row and by Stripe.

    Not for use inside a transaction. Raises `SubscriptionNotRunning`, and as
    `refresh_subscription` does.
    """
    if subscription.runs:
        assert subscription.stripe_id is not None
        row, told = refresh_subscription(stripe_id=subscription.stripe_id)
        if row.runs:
            return row, told
    raise _none()


def _none() -> SubscriptionNotRunning:
    return SubscriptionNotRunning("Choose a plan first.", next_step=see_the_plans())

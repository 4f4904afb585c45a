"""Look after Checkouts whose time is over and whose end Stripe never told."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from billing.actions.checkouts import Sale
from billing.actions.confirm import confirm_top_up
from billing.actions.expire import expire_top_up
from billing.actions.refresh import confirm_subscription
from billing.actions.subscribe import expire_subscription
from billing.errors import StripeObjectMissing, StripeUnavailable
from billing.models import Subscription, SubscriptionStatus, TopUp, TopUpStatus
from creditsite.kernel import clock
from creditsite.kernel.errors import DomainError

logger = logging.getLogger(__name__)

# How long Stripe's own event may take.
PATIENCE = timedelta(minutes=15)
AT_ONCE = 200


def close_overdue_checkouts(*, at: datetime | None = None) -> int:
    """Ask Stripe how overdue Checkouts ended and do what their events do; return how many
    sales wait no longer.

    A sale whose Checkout was never opened, or is not known to Stripe, expires. One whose
    payment is on its way, as from a bank, goes on waiting. Not for use inside a transaction.
    """
    over = {"expires_at__lt": (at or clock.now()) - PATIENCE}
    top_ups = TopUp.objects.filter(status=TopUpStatus.PENDING, **over)
    subscriptions = Subscription.objects.filter(status=SubscriptionStatus.INCOMPLETE, **over)
    closed = 0
    try:
        for top_up in top_ups.order_by("-expires_at")[:AT_ONCE]:
            ask = partial(confirm_top_up, top_up=top_up)
            closed += not _close(top_up, ask, partial(expire_top_up, top_up=top_up)).is_pending
        for each in subscriptions.order_by("-expires_at")[:AT_ONCE]:
            refresh = partial(confirm_subscription, subscription=each)
            expire = partial(expire_subscription, subscription=each)
            closed += not _close(each, refresh, expire).is_incomplete
    except StripeUnavailable:
        logger.warning("Overdue Checkouts are looked after later: Stripe can't be asked.")
    return closed


def _close(sale: Sale, ask: Callable[[], Sale], give_up: Callable[[], Sale]) -> Sale:
    if not sale.stripe_session_id:
        return give_up()
    try:
        return ask()
    except StripeUnavailable:
        raise
    except StripeObjectMissing:
        logger.warning("Stripe does not know the Checkout of %s.", sale)
        return give_up()
    except DomainError:
        logger.exception("%s is not settled.", sale)
        return sale

"""Open Checkouts for what is sold, each once, whatever breaks off in between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db import transaction

from billing.actions.stripe_customers import open_stripe_customer, reopen_stripe_customer
from billing.errors import CheckoutExpiryRefused, StripeObjectMissing
from billing.gateway import CheckoutSession
from billing.models import StripeCustomer, Subscription, TopUp
from creditsite.kernel import clock

# Stripe wants half an hour counted from when it makes the session, which is later than now.
EXPIRY_MARGIN = timedelta(minutes=2)

Sale = TypeVar("Sale", TopUp, Subscription)


def checkout_expiry() -> datetime:
    """Return when a Checkout that is opened now ends."""
    return clock.now() + settings.CHECKOUT_LIFETIME + EXPIRY_MARGIN


def open_checkout(sale: Sale, create: Callable[[Sale, StripeCustomer], CheckoutSession]) -> Sale:
    """Have `create` make the sale's session at Stripe, and keep its address with the sale.

    `create` may be called again, with a sale whose expiry was moved or a customer made anew;
    its key must name both. Not for use inside a transaction. Raises `StripeUnavailable`,
    `StripeRefused`.
    """
    link = open_stripe_customer(customer=sale.wallet.customer)
    try:
        session = create(sale, link)
    except StripeObjectMissing as missing:
        if missing.extras["param"] != "customer":
            raise
        session = create(sale, reopen_stripe_customer(link=link))
    except CheckoutExpiryRefused:
        # Stripe made no session the first time, or it would have answered with that one.
        session = create(_postpone_expiry(sale), link)
    return _keep_session(sale, session)


def _postpone_expiry(sale: Sale) -> Sale:
    # Of two tries at once one moves the expiry, so that both ask Stripe for the same session.
    type(sale).objects.filter(pk=sale.pk, expires_at=sale.expires_at).update(
        expires_at=checkout_expiry()
    )
    sale.refresh_from_db(fields=["expires_at"])
    return sale


@transaction.atomic(durable=True)
def _keep_session(sale: Sale, session: CheckoutSession) -> Sale:
    # The payment may have come, and brought the session's id, before this line.
    locked = type(sale).objects.select_for_update(no_key=True).get(pk=sale.pk)
    if locked.stripe_session_id in (None, session.id):
        locked.stripe_session_id = session.id
        locked.checkout_url = session.url
        locked.save(update_fields=["stripe_session_id", "checkout_url"])
    return locked

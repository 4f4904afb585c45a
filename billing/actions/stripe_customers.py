"""Make customers known to Stripe."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from billing import gateway
from billing.models import StripeCustomer
from creditsite.accounts.models import User
from wallet.models import Wallet


def open_stripe_customer(*, customer: User) -> StripeCustomer:
    """Return the customer's account at Stripe, made there at the first call.

    Not for use inside a transaction. Raises `StripeUnavailable`, `StripeRefused`.
    """
    with transaction.atomic(durable=True):
        link, _ = StripeCustomer.objects.get_or_create(
            customer=customer,
            livemode=settings.STRIPE_LIVE_MODE,
            defaults={"email": customer.email},
        )
    if link.stripe_id is None:
        # The row's id is the key: whoever asks at the same time is told the same customer.
        link.stripe_id = gateway.create_customer(
            email=link.email, user_id=customer.pk, key=f"customer:{link.pk}"
        )
        StripeCustomer.objects.filter(pk=link.pk, stripe_id=None).update(stripe_id=link.stripe_id)
    return link


def wallet_of(stripe_id: str) -> Wallet | None:
    """Return the wallet of the customer whom Stripe knows by an id; None: nobody here."""
    link = StripeCustomer.objects.filter(
        stripe_id=stripe_id, livemode=settings.STRIPE_LIVE_MODE
    ).first()
    return Wallet.objects.filter(customer=link.customer_id).first() if link else None


def reopen_stripe_customer(*, link: StripeCustomer) -> StripeCustomer:
    """Forget an account that Stripe has lost and open another for the same customer.

    Not for use inside a transaction. Raises `StripeUnavailable`, `StripeRefused`.
    """
    customer = link.customer
    StripeCustomer.objects.filter(pk=link.pk).delete()
    return open_stripe_customer(customer=customer)

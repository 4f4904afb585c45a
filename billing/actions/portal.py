"""Lead customers to Stripe's portal."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from billing import gateway
from billing.actions.stripe_customers import open_stripe_customer, reopen_stripe_customer
from billing.errors import StripeObjectMissing
from billing.models import PortalConfiguration, StripeCustomer
from creditsite.accounts.models import User

# A change of what the gateway's configuration allows is a new edition.
EDITION = 1


def open_portal(*, customer: User) -> str:
    """Return the address of Stripe's portal for a customer, good for a few minutes.

    What they do there comes back as events. Not for use inside a transaction. Raises
    `StripeUnavailable`, `StripeRefused`.
    """
    for _ in ("the customer", "the configuration"):
        link, configuration = open_stripe_customer(customer=customer), open_portal_configuration()
        try:
            return _session(link, configuration)
        except StripeObjectMissing as missing:
            # What Stripe has lost, as when its test data were deleted, is made anew.
            if missing.extras["param"] == "customer":
                reopen_stripe_customer(link=link)
            else:
                PortalConfiguration.objects.filter(pk=configuration.pk).delete()
    return _session(open_stripe_customer(customer=customer), open_portal_configuration())


def open_portal_configuration() -> PortalConfiguration:
    """Return the portal's configuration, made at Stripe at the first call.

    Not for use inside a transaction. Raises `StripeUnavailable`, `StripeRefused`.
    """
    place = {"livemode": settings.STRIPE_LIVE_MODE, "edition": EDITION}
    found = PortalConfiguration.objects.filter(**place).first()
    if found:
        return found
    stripe_id = gateway.create_portal_configuration(return_url=_return_url())
    with transaction.atomic(durable=True):
        return PortalConfiguration.objects.get_or_create(
            **place, defaults={"stripe_id": stripe_id}
        )[0]


def _session(link: StripeCustomer, configuration: PortalConfiguration) -> str:
    assert link.stripe_id is not None
    return gateway.create_portal_session(
        stripe_customer_id=link.stripe_id,
        configuration_id=configuration.stripe_id,
        return_url=_return_url(),
    )


def _return_url() -> str:
    return f"{settings.SITE_URL}{reverse('billing:invoices')}"

"""The portal: Stripe's pages where customers keep their card and find their invoices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from billing.gateway.client import client, refusals

if TYPE_CHECKING:
    from stripe.params.billing_portal import ConfigurationCreateParams


def create_portal_configuration(*, return_url: str) -> str:
    """Make a configuration at Stripe and return its id.

    Customers may keep their card and details there, find invoices, and cancel with the period.
    Plans are changed on our pages, which show what that comes to in credits.
    """
    params: ConfigurationCreateParams = {
        "default_return_url": return_url,
        "features": {
            "customer_update": {"enabled": True, "allowed_updates": ["address", "name"]},
            "invoice_history": {"enabled": True},
            "payment_method_update": {"enabled": True},
            "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
        },
    }
    with refusals():
        made = client().v1.billing_portal.configurations.create(params)
    return made.id


def create_portal_session(
    *, stripe_customer_id: str, configuration_id: str, return_url: str
) -> str:
    """Open the portal for a customer; return its address, good for a few minutes.

    Raises `StripeObjectMissing` where Stripe does not know the customer or the configuration.
    """
    with refusals():
        made = client().v1.billing_portal.sessions.create(
            {
                "customer": stripe_customer_id,
                "configuration": configuration_id,
                "return_url": return_url,
            }
        )
    return made.url

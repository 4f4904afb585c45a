"""What the tests do to sell a subscription by Checkout."""

from typing import Any

import stripe

from stripe_sandbox.tests.shop import Json, Shop, line


def plan(cents: int = 1999, name: str = "Starter", quantity: int = 1, **rhythm: Any) -> Json:
    """Return a line item with a recurring price given inline."""
    item = line(cents, name, quantity)
    item["price_data"]["recurring"] = {"interval": "month", **rhythm}
    return item


def open_plan(shop: Shop, **more: Any) -> stripe.checkout.Session:
    """Open a session that sells a subscription, by default for 19.99 a month."""
    return shop.open_session(**{"mode": "subscription", "line_items": [plan()], **more})


def paid(shop: Shop, session: stripe.checkout.Session, **wishes: str) -> Json:
    """Pay a session, and return it with what it made opened."""
    shop.pay(session.id, **wishes).raise_for_status()
    wanted = ["subscription", "invoice.payments", "customer"]
    return shop.stripe.checkout.sessions.retrieve(session.id, {"expand": wanted}).to_dict()


def nothing_begun(shop: Shop) -> bool:
    """Tell whether there is neither a subscription nor an invoice."""
    api = shop.stripe
    found = [
        *api.subscriptions.list({"status": "all"}).data,
        *api.invoices.list().data,
        *shop.events("customer.subscription.created", "invoice.created"),
    ]
    return not found

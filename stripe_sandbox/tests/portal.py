"""The billing portal, as a browser without JavaScript uses it."""

import re
from html import unescape
from typing import Any

import httpx

from stripe_sandbox.tests.shop import Json, Shop
from stripe_sandbox.tests.subscriber import Subscriber

RETURN_URL = "https://shop.example/account"


def features_of(buyer: Subscriber, **more: Any) -> Json:
    """Return features with everything on, for the plans of a subscriber."""
    products = []
    for price_id in buyer.prices.values():
        product = buyer.shop.stripe.prices.retrieve(price_id).product
        products.append({"product": product, "prices": [price_id]})
    return {
        "customer_update": {"enabled": True, "allowed_updates": ["email", "name", "address"]},
        "invoice_history": {"enabled": True},
        "payment_method_update": {"enabled": True},
        "subscription_cancel": {
            "enabled": True,
            "cancellation_reason": {"enabled": True, "options": ["too_expensive", "unused"]},
        },
        "subscription_update": {
            "enabled": True,
            "default_allowed_updates": ["price"],
            "products": products,
            "proration_behavior": "always_invoice",
        },
    } | more


def configure(buyer: Subscriber, **more: Any) -> str:
    """Make a configuration with these features, and return its id."""
    wishes: Any = {"features": features_of(buyer, **more)}
    return buyer.shop.stripe.billing_portal.configurations.create(wishes).id


class Portal:
    """A session of a subscriber's portal."""

    def __init__(self, buyer: Subscriber, configuration: str, **more: Any) -> None:
        self.shop: Shop = buyer.shop
        wishes: Any = {
            "customer": buyer.customer,
            "configuration": configuration,
            "return_url": RETURN_URL,
            **more,
        }
        self.session = self.shop.stripe.billing_portal.sessions.create(wishes)
        self.path = httpx.URL(self.session.url).path

    def get(self, step: str = "", **query: str) -> httpx.Response:
        """Open a step, or the overview."""
        return self.shop.http.get(f"{self.path}{step}", params=query)

    def post(self, step: str, **form: str) -> httpx.Response:
        """Send a step's form."""
        return self.shop.http.post(f"{self.path}{step}", data=form)

    def confirm(self, subscription_id: str, price: str, **more: str) -> httpx.Response:
        """Choose a plan, and send the confirmation as the page has it."""
        step = f"/subscriptions/{subscription_id}/plan/confirm"
        shown = self.get(step, price=price, **more)
        assert shown.status_code == 200, shown.text
        return self.post(step, **hidden_fields(shown.text))


def hidden_fields(page: str) -> dict[str, str]:
    """Return what a form carries without being asked."""
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))


def text_at(page: str, element_id: str) -> str:
    """Return the text of an element without inner ones."""
    found = re.search(rf'id="{element_id}">([^<]+)<', page)
    assert found, page
    return unescape(found[1])

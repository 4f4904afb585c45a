"""A customer of a shop who lives by a test clock, and what tests do with its subscriptions."""

import time
from dataclasses import dataclass, field
from typing import Any

import stripe

from stripe_sandbox.tests.shop import Json, Shop

HOUR, DAY = 3600, 24 * 3600
# A Thursday; no month of the year that follows is cut short at its end.
START = 1_767_225_600  # 2026-01-01T00:00:00Z
LATE = ("charge.updated", "invoice_payment.paid")
PLANS = {"starter": 1999, "professional": 4999, "enterprise": 9999}


@dataclass
class Subscriber:
    """A customer with a card, on a clock of its own that begins in 2026."""

    shop: Shop
    card: str | None = "pm_card_visa"
    begins: int = START
    prices: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        api = self.shop.stripe
        self.clock = api.test_helpers.test_clocks.create({"frozen_time": self.begins}).id
        self.customer = api.customers.create(
            {"email": "buyer@shop.example", "name": "A Buyer", "test_clock": self.clock}
        ).id
        if self.card:
            self.keep(self.card)
        for name, cents in PLANS.items():
            self.prices[name] = self.price(name.title(), cents)

    def price(self, name: str, cents: int, interval: str = "month") -> str:
        """Make a product with a recurring price, and return the price's id."""
        product = self.shop.stripe.products.create({"name": name})
        return self.shop.stripe.prices.create(
            {
                "product": product.id,
                "currency": "usd",
                "unit_amount": cents,
                "recurring": {"interval": interval},
            }
        ).id

    def keep(self, card: str) -> str:
        """Attach a card, and make it the one that is charged."""
        method = self.shop.stripe.payment_methods.attach(card, {"customer": self.customer})
        self.shop.stripe.customers.update(
            self.customer, {"invoice_settings": {"default_payment_method": method.id}}
        )
        return method.id

    def subscribe(self, plan: str = "starter", **more: Any) -> stripe.Subscription:
        """Begin a subscription."""
        wishes = {"customer": self.customer, "items": [{"price": self.prices[plan]}], **more}
        return self.shop.stripe.subscriptions.create(wishes)  # type: ignore[arg-type]

    def change(self, subscription: stripe.Subscription, plan: str, **more: Any) -> Json:
        """Change the plan of a subscription with one item."""
        wishes = {"items": [{"id": item_of(subscription)["id"], "price": self.prices[plan]}]}
        answer = self.shop.stripe.subscriptions.update(
            subscription.id,
            wishes | more,  # type: ignore[arg-type]
        )
        return answer.to_dict()

    def now_of(self, subscription: stripe.Subscription) -> Json:
        """Return a subscription as it stands."""
        return self.shop.stripe.subscriptions.retrieve(subscription.id).to_dict()

    def invoices(self) -> list[Json]:
        """Return this customer's invoices, oldest first."""
        found = self.shop.stripe.invoices.list({"customer": self.customer, "limit": 100})
        return [invoice.to_dict() for invoice in found.data][::-1]

    def advance(self, to: int) -> None:
        """Move the clock to a moment, in steps as long as Stripe allows, and wait for it."""
        clocks = self.shop.stripe.test_helpers.test_clocks
        at = clocks.retrieve(self.clock).frozen_time
        while at < to:
            at = min(to, at + 55 * DAY)
            clocks.advance(self.clock, {"frozen_time": at})
            deadline = time.monotonic() + 10
            while clocks.retrieve(self.clock).status != "ready":
                assert time.monotonic() < deadline, "the clock does not get ready"

    def told_since(self, count: int) -> list[str]:
        """Return the types of the events after the first so many.

        Left out are those of the clock itself, and those that come seconds later.
        """
        told = self.shop.event_types()[count:]
        return [each for each in told if each not in LATE and "test_clock" not in each]


def item_of(subscription: stripe.Subscription | Json) -> Json:
    """Return the only item of a subscription."""
    if isinstance(subscription, stripe.Subscription):
        subscription = subscription.to_dict()
    [item] = subscription["items"]["data"]
    return dict(item)

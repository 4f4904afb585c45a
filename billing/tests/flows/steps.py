"""What flows at Stripe are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stripe_sandbox.tests.shop import Json, Shop

Flow = Callable[[Shop], object]

DECLINED = "4000000000000002"
BROKE = "pm_card_chargeCustomerFail"
# A day longer than any month, so that a renewal is drafted, finalized and paid.
MONTH_AND_A_DAY = 32


def new_customer(shop: Shop, card: str | None = None, **more: Any) -> str:
    """Make a customer, who keeps a card as the one to charge, and return the id."""
    wishes: Any = {"email": "ann@example.com", "name": "Ann"} | more
    made = shop.stripe.customers.create(wishes).id
    if card:
        keep(shop, made, card)
    return made


def price(shop: Shop, cents: int = 1999) -> str:
    """Make a product with a recurring price, and return the price's id."""
    product = shop.stripe.products.create({"name": f"Plan of {cents}"})
    terms: Any = {"currency": "usd", "unit_amount": cents, "recurring": {"interval": "month"}}
    return shop.stripe.prices.create({"product": product.id} | terms).id


def subscribe(shop: Shop, card: str = "pm_card_visa", **more: Any) -> Json:
    """Begin a subscription of a new customer."""
    wishes: Any = {"customer": new_customer(shop, card), "items": [{"price": price(shop)}]}
    return shop.stripe.subscriptions.create(wishes | more).to_dict()


def advance(shop: Shop, days: float) -> None:
    """Let time pass for the account, with all that falls due in it."""
    headers = {"Authorization": f"Bearer {shop.key}"}
    answer = shop.http.post("/_sandbox/advance", json={"days": days}, headers=headers)
    answer.raise_for_status()


def keep(shop: Shop, customer: str, card: str) -> None:
    """Have another card charged from now on."""
    method = shop.stripe.payment_methods.attach(card, {"customer": customer})
    settings: Any = {"invoice_settings": {"default_payment_method": method.id}}
    shop.stripe.customers.update(customer, settings)


def paid_charge(shop: Shop, card: str = "pm_card_visa") -> Json:
    """Return a charge of which everything has been told."""
    charge = shop.charge(card, customer=new_customer(shop))
    shop.wait_for_event("charge.updated")
    return charge

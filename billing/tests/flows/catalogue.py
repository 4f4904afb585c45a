"""What is for sale, to whom, at which discount."""

from __future__ import annotations

from typing import Any

from billing.tests.flows.steps import Flow, new_customer
from stripe_sandbox.tests.shop import Shop


def catalogue(shop: Shop) -> None:
    product = shop.stripe.products.create({"name": "Starter", "metadata": {"slug": "starter"}}).id
    once = shop.stripe.prices.create({"product": product, "currency": "usd", "unit_amount": 1999})
    shop.stripe.prices.create(
        {
            "product": product,
            "currency": "usd",
            "unit_amount": 4999,
            "recurring": {"interval": "month"},
            "lookup_key": "professional",
        }
    )
    shop.stripe.prices.update(once.id, {"active": False, "nickname": "old"})
    shop.stripe.products.update(product, {"name": "Starter plus", "description": "For one"})
    gone = shop.stripe.products.create({"name": "A mistake"})
    shop.stripe.products.delete(gone.id)


def customers(shop: Shop) -> None:
    kept = new_customer(shop, "pm_card_visa", metadata={"wallet": "7"})
    shop.stripe.customers.update(kept, {"name": "Ann B", "address": {"country": "DE"}})
    other = shop.stripe.payment_methods.attach("pm_card_mastercard", {"customer": kept})
    shop.stripe.payment_methods.update(other.id, {"metadata": {"card": "second"}})
    shop.stripe.payment_methods.detach(other.id)


def customer_deleted(shop: Shop) -> None:
    shop.stripe.customers.delete(new_customer(shop, "pm_card_visa"))


def coupons_and_codes(shop: Shop) -> None:
    product = shop.stripe.products.create({"name": "Starter"}).id
    coupon = shop.stripe.coupons.create(
        {
            "amount_off": 500,
            "currency": "usd",
            "duration": "repeating",
            "duration_in_months": 3,
            "applies_to": {"products": [product]},
        }
    )
    shop.stripe.coupons.update(coupon.id, {"name": "Five off"})
    promotion: Any = {"type": "coupon", "coupon": coupon.id}
    limits: Any = {"first_time_transaction": True, "minimum_amount": 900}
    limits |= {"minimum_amount_currency": "usd"}
    code = shop.stripe.promotion_codes.create({"promotion": promotion, "restrictions": limits})
    shop.stripe.promotion_codes.create({"promotion": promotion, "customer": new_customer(shop)})
    shop.stripe.promotion_codes.update(code.id, {"active": False})
    gone = shop.stripe.coupons.create({"percent_off": 10})
    shop.stripe.coupons.delete(gone.id)


FLOWS: list[Flow] = [
    catalogue,
    customers,
    customer_deleted,
    coupons_and_codes,
]

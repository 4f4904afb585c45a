"""Cards that are kept, and charged by the API."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from billing.tests.flows.steps import Flow, new_customer
from stripe_sandbox.tests.shop import Shop


def intent_paid_step_by_step(shop: Shop) -> None:
    intents = shop.stripe.payment_intents
    intent = intents.create(
        {"amount": 2500, "currency": "usd", "customer": new_customer(shop, "pm_card_visa")}
    )
    intents.update(intent.id, {"payment_method": "pm_card_visa", "metadata": {"order": "7"}})
    intents.confirm(intent.id, {"return_url": "https://shop.example/"})
    shop.wait_for_event("charge.updated")


def intent_canceled(shop: Shop) -> None:
    intent = shop.stripe.payment_intents.create({"amount": 2500, "currency": "usd"})
    shop.stripe.payment_intents.cancel(intent.id)


def charge_kept_card(shop: Shop, customer: str) -> stripe.PaymentIntent:
    """Charge the card of a customer who is not there."""
    (method,) = shop.stripe.customers.payment_methods.list(customer).data
    return shop.stripe.payment_intents.create(
        {
            "amount": 5000,
            "currency": "usd",
            "customer": customer,
            "payment_method": method.id,
            "off_session": True,
            "confirm": True,
        }
    )


def kept_card_charged(shop: Shop) -> None:
    paying = new_customer(shop, "pm_card_visa")
    charge_kept_card(shop, paying)
    shop.wait_for_event("charge.updated")


def kept_card_declined(shop: Shop) -> None:
    broke = new_customer(shop, "pm_card_chargeCustomerFail")
    with pytest.raises(stripe.CardError):
        charge_kept_card(shop, broke)


def kept_card_asks_for_its_owner(shop: Shop) -> None:
    careful = new_customer(shop, "pm_card_authenticationRequired")
    with pytest.raises(stripe.CardError):
        charge_kept_card(shop, careful)


def card_set_up(shop: Shop) -> None:
    intents = shop.stripe.setup_intents
    intent = intents.create({"customer": new_customer(shop), "payment_method": "pm_card_visa"})
    intents.confirm(intent.id)
    intents.cancel(intents.create({"customer": new_customer(shop)}).id)
    shop.wait_for_event("setup_intent.canceled")


def card_set_up_with_authentication(shop: Shop) -> None:
    wishes: Any = {
        "customer": new_customer(shop),
        "payment_method": "pm_card_authenticationRequiredOnSetup",
        "confirm": True,
        "return_url": "https://shop.example/",
    }
    for result in ("fail", "complete"):
        action = shop.stripe.setup_intents.create(wishes).to_dict()["next_action"]
        shop.http.post(action["redirect_to_url"]["url"], data={"result": result})
    shop.wait_for_event("setup_intent.setup_failed")
    shop.wait_for_event("setup_intent.succeeded")


FLOWS: list[Flow] = [
    intent_paid_step_by_step,
    intent_canceled,
    kept_card_charged,
    kept_card_declined,
    kept_card_asks_for_its_owner,
    card_set_up,
    card_set_up_with_authentication,
]

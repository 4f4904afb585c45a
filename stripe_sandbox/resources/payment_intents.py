"""``/v1/payment_intents``: one attempt to be paid, from beginning to end."""

from typing import Any

from stripe_sandbox.accounts import Object
from stripe_sandbox.expansion import expandable
from stripe_sandbox.identifiers import new_id, random_text
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.pagination import DATED_PAGE, list_kind
from stripe_sandbox.parameters import Text

expandable(
    "payment_intent",
    "application",
    "customer",
    "latest_charge",
    "on_behalf_of",
    "payment_method",
    "review",
)


def new_payment_intent(amount: int, currency: str, wishes: dict[str, Any], now: int) -> Object:
    """Return an intent that waits for a payment method.

    Args:
        wishes: what the session's ``payment_intent_data`` asked for.
    """
    intent_id = new_id("payment_intent")
    return {
        "id": intent_id,
        "object": "payment_intent",
        "allowed_payment_method_types": None,
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": wishes.get("capture_method") or "automatic_async",
        "client_secret": f"{intent_id}_secret_{random_text(25)}",
        "confirmation_method": "automatic",
        "created": now,
        "currency": currency,
        "customer": None,
        "customer_account": None,
        "description": wishes.get("description"),
        "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "managed_payments": None,
        "metadata": dict(wishes.get("metadata") or {}),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": _card_options(),
        "payment_method_types": ["card"],
        "processing": None,
        "receipt_email": wishes.get("receipt_email"),
        "review": None,
        "setup_future_usage": wishes.get("setup_future_usage"),
        "shipping": None,
        "statement_descriptor": wishes.get("statement_descriptor"),
        "statement_descriptor_suffix": wishes.get("statement_descriptor_suffix"),
        "status": "requires_payment_method",
        "transfer_group": wishes.get("transfer_group"),
        **dict.fromkeys(("application", "application_fee_amount", "transfer_data")),
    }


def _card_options() -> Object:
    card = {
        "installments": None,
        "mandate_options": None,
        "network": None,
        "request_three_d_secure": "automatic",
    }
    return {"card": card}


@operation("GET", "/v1/payment_intents/{intent}", {"client_secret": Text()})
def get_payment_intent(call: Call) -> Object:
    """Return a payment intent."""
    return call.account.get("payment_intent", call.ids["intent"])


@operation(
    "GET", "/v1/payment_intents", {**DATED_PAGE, "customer": Text()}, not_yet=("customer_account",)
)
def list_payment_intents(call: Call) -> Object:
    """Return payment intents, newest first."""
    return list_kind(call, "payment_intent", "customer")

"""The shape of a setup intent."""

from stripe_sandbox.accounts import Object
from stripe_sandbox.identifiers import new_id, random_text
from stripe_sandbox.resources.method_choice import automatic_methods


def new_setup_intent(sent: Object, now: int) -> Object:
    """Return a setup intent that waits for a payment method.

    Args:
        sent: ``automatic_payment_methods``, ``customer``, ``description``, ``metadata``,
            ``payment_method_types``, ``usage``, as far as there are.
    """
    intent_id = new_id("setup_intent")
    return {
        "id": intent_id,
        "object": "setup_intent",
        "allowed_payment_method_types": None,
        "application": None,
        "automatic_payment_methods": automatic_methods(sent),
        "cancellation_reason": None,
        "client_secret": f"{intent_id}_secret_{random_text(25)}",
        "created": now,
        "customer": sent.get("customer"),
        "customer_account": None,
        "description": sent.get("description"),
        "excluded_payment_method_types": None,
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "managed_payments": None,
        "mandate": None,
        "metadata": dict(sent.get("metadata") or {}),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {
            "card": {
                "mandate_options": None,
                "network": None,
                "request_three_d_secure": "automatic",
            }
        },
        "payment_method_types": ["card"],
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": sent.get("usage") or "off_session",
    }

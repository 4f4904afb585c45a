"""The shape of a refund."""

from stripe_sandbox.accounts import Object
from stripe_sandbox.identifiers import new_id, random_text


def new_refund(charge: Object, amount: int, sent: Object, now: int) -> Object:
    """Return a refund of a charge that has succeeded so far as one knows at once.

    Args:
        sent: ``reason`` and ``metadata``, if there are.
    """
    refund = {
        "id": new_id("refund"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": now,
        "currency": charge["currency"],
        "customer": None,
        "customer_account": None,
        "metadata": dict(sent.get("metadata") or {}),
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": sent.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }
    if charge["payment_method_details"]["type"] == "card":
        refund["destination_details"] = {
            "card": {
                "reference_status": "pending",
                "reference_type": "acquirer_reference_number",
                "type": "refund",
            },
            "type": "card",
        }
    return refund


def with_reference(destination: Object) -> Object:
    """Return a card's destination details with the reference that the bank gives later."""
    card = destination["card"] | {
        "reference": random_text(23, "0123456789"),
        "reference_status": "available",
    }
    return destination | {"card": card}

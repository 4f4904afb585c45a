"""Terms of invoices and their items: check what was sent, and turn it into attributes."""

from collections.abc import Collection, Sequence
from typing import Any

from stripe_sandbox.accounts import Object
from stripe_sandbox.billing.collecting import DAY, DRAFT_TIME
from stripe_sandbox.billing.discounting import Chosen, chosen_discounts, new_discount, redeem
from stripe_sandbox.errors import StripeError, invalid_request
from stripe_sandbox.operations import Call

PLAIN = ("default_payment_method", "description", "footer", "statement_descriptor")


def check_terms(call: Call, customer_id: str, collection_method: str) -> None:
    """Refuse terms that an invoice of this customer cannot have.

    Args:
        collection_method: the one it will have.

    Raises:
        StripeError: 400.
    """
    sent = call.sent
    if sent.get("default_payment_method"):
        method_of_customer(call, customer_id, "default_payment_method")
    dated = [name for name in ("days_until_due", "due_date") if sent.get(name) is not None]
    if len(dated) > 1:
        raise invalid_request("Give either days_until_due or due_date.", "due_date")
    if dated and collection_method != "send_invoice":
        raise invalid_request(
            f"{dated[0]} can only be set with collection_method=send_invoice.", dated[0]
        )
    if sent.get("collection_method") == "send_invoice" and not dated:
        raise invalid_request(
            "An invoice with collection_method=send_invoice needs days_until_due or due_date.",
            "days_until_due",
            "parameter_missing",
        )


def method_of_customer(call: Call, customer_id: str, param: str) -> Object:
    """Return the payment method that a parameter names, which must be this customer's.

    Raises:
        StripeError: 400.
    """
    method = call.account.get("payment_method", call.sent[param], param)
    if method["customer"] != customer_id:
        raise invalid_request(
            f"The payment method {method['id']} is not attached to the customer {customer_id}; "
            "attach it first.",
            param,
        )
    return method


def plain_terms(call: Call, owner: Object) -> Object:
    """Return the attributes of an invoice that were sent and need no more than a check.

    Args:
        owner: whose clock counts the days until it is due.
    """
    sent = call.sent
    terms: dict[str, Any] = {name: sent[name] for name in PLAIN if name in sent}
    if sent.get("days_until_due") is not None:
        terms["due_date"] = call.now(owner) + sent["days_until_due"] * DAY
    elif "due_date" in sent:
        terms["due_date"] = sent["due_date"]
    if "payment_settings" in sent:
        kinds = (sent["payment_settings"] or {}).get("payment_method_types")
        terms["payment_settings"] = {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": kinds,
        }
    return terms


def plan_of(call: Call, owner: Object, advances: bool, collection_method: str) -> Object:
    """Return the attributes that tell when a draft goes on by itself, if it does."""
    moment = call.now(owner) + DRAFT_TIME if advances else None
    return {
        "auto_advance": advances,
        "automatically_finalizes_at": moment,
        "next_payment_attempt": moment if collection_method != "send_invoice" else None,
    }


def wanted_discounts(
    call: Call,
    customer: Object,
    currency: str,
    *,
    had: Sequence[str] = (),
    products: Collection[str | None] | None = None,
) -> tuple[list[str], list[Chosen]]:
    """Return which discounts shall stay, and which coupons shall make new ones.

    Args:
        had: the ids of the discounts that are there already.
        products: what is billed, if that is known.

    Raises:
        StripeError: 400.
    """
    sent = call.sent.get("discounts") or []
    kept = [each["discount"] for each in sent if each.get("discount") in had]
    chosen = chosen_discounts(
        call,
        [each for each in sent if each.get("discount") not in had],
        "discounts",
        customer=customer,
        currency=currency,
        products=products or None,
    )
    return kept, chosen


def make_previewed_discounts(call: Call, customer: Object, chosen: Sequence[Chosen]) -> list[str]:
    """Make discounts for a preview, and return their ids; no redemption is counted."""
    start = call.now(customer)
    return [new_discount(call, coupon, code, start=start)["id"] for coupon, code in chosen]


def make_discounts(
    call: Call, customer: Object, chosen: Sequence[Chosen], **used_for: str
) -> list[Object]:
    """Make discounts, and count their redemptions.

    Args:
        used_for: ids by the discount's attributes, e.g. ``invoice``.
    """
    start = call.now(customer)
    discounts = [
        new_discount(call, coupon, code, start=start, customer=customer["id"], **used_for)
        for coupon, code in chosen
    ]
    for coupon, code in chosen:
        redeem(call, coupon, code)
    return discounts


def not_editable(message: str, param: str | None = None) -> StripeError:
    """Return the refusal for an invoice whose state does not allow what was asked for."""
    return invalid_request(message, param, "invoice_not_editable")

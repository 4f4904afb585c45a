"""Payment methods that customers keep: make them from test tokens, attach, detach."""

import copy

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.errors import invalid_request
from stripe_sandbox.payments.cards import Payer, card_of, card_of_token
from stripe_sandbox.resources.payment_method_objects import keep_card, new_payment_method

METHOD_TOKEN = "pm_card_"


def method_named(activity: Activity, wanted: str, param: str = "payment_method") -> Object:
    """Return a payment method by its id, or a new one for a token such as ``pm_card_visa``.

    Raises:
        StripeError: 400 when there is none, or it can never be used again.
    """
    card = card_of_token(wanted, METHOD_TOKEN)
    if card:
        return keep_card(activity.account, new_payment_method(card, Payer(), activity.now()), card)
    method = activity.account.get("payment_method", wanted, param)
    if activity.account.details_of(method["id"]).get("used_up"):
        raise invalid_request(
            "This PaymentMethod was previously used without being attached to a Customer, or was "
            "detached from one, and may not be used again.",
            param,
        )
    return method


def check_owner(method: Object, customer_id: str | None) -> None:
    """Refuse a payment method that belongs to another customer than the one who is to pay.

    Raises:
        StripeError: 400.
    """
    if method["customer"] in (None, customer_id):
        return
    if customer_id is None:
        ending = "belongs to a Customer: name that customer too."
    else:
        ending = f"does not belong to the Customer {customer_id}."
    raise invalid_request(f"The PaymentMethod {method['id']} {ending}", "payment_method")


def check_attachable(account: Account, method: Object) -> None:
    """Refuse a payment method that no customer can be given.

    Raises:
        StripeError: 402 when its bank refuses, 400 when it belongs to a customer.
    """
    if method["customer"]:
        raise invalid_request(
            "The payment method you provided has already been attached to a customer."
        )
    if method["type"] != "card":
        raise invalid_request("The Stripe sandbox keeps cards only, no bank accounts yet.")
    card = card_of(account, method)
    if not card.can_be_saved:
        raise card.refusal(payment_method=copy.deepcopy(method))


def attach_method(activity: Activity, method: Object, customer_id: str) -> None:
    """Give a payment method to a customer, who keeps it; nothing happens if that is so already.

    Raises:
        StripeError: 402 when its bank refuses, 400 when it is another customer's.
    """
    if method["customer"] == customer_id:
        return
    check_attachable(activity.account, method)
    method["customer"] = customer_id
    activity.emit("payment_method.attached", method)


def detach_method(activity: Activity, method: Object) -> None:
    """Take a payment method from its customer; it can never be used again.

    Raises:
        StripeError: 400 when it has none.
    """
    customer = activity.account.of_kind("customer").get(method["customer"] or "")
    if customer is None:
        raise invalid_request(
            "The payment method you provided is not attached to a customer, "
            "so detachment is impossible."
        )
    before, customer_before = dict(method), dict(customer)
    method["customer"] = None
    activity.account.details_of(method["id"])["used_up"] = True
    activity.emit("payment_method.detached", method, before)
    if customer["invoice_settings"]["default_payment_method"] == method["id"]:
        customer["invoice_settings"] = customer["invoice_settings"] | {
            "default_payment_method": None
        }
        activity.emit_updated(customer, customer_before)

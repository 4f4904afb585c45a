"""The cards that a customer keeps: add one, choose the one that is charged, remove one."""

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.errors import invalid_request
from stripe_sandbox.payments.cards import Payer, read_card
from stripe_sandbox.payments.saving import detach_method
from stripe_sandbox.payments.setting_up import finish_setup_authentication, set_up_method
from stripe_sandbox.resources.payment_method_objects import keep_card, new_payment_method
from stripe_sandbox.resources.subscription_objects import is_live, method_of


def cards_of(account: Account, customer: Object) -> list[Object]:
    """Return the cards that a customer keeps, oldest first."""
    methods = account.of_kind("payment_method").values()
    return [method for method in methods if method["customer"] == customer["id"]]


def add_card(activity: Activity, customer: Object, number: str) -> Object:
    """Set a card up and make it the one that is charged; return its setup intent.

    Where that waits for 3-D Secure, ``finish_adding_card`` goes on.

    Raises:
        StripeError: 402 for a bad number, or when the card's bank refuses.
    """
    card = read_card(number)
    payer = Payer(customer["email"], customer["name"])
    method = new_payment_method(card, payer, activity.now(customer))
    keep_card(activity.account, method, card)
    intent = set_up_method(
        activity, customer_id=customer["id"], method=method, usage="off_session", metadata={}
    )
    if intent["status"] == "succeeded":
        charge_by_default(activity, customer, method)
    return intent


def finish_adding_card(
    activity: Activity, customer: Object, intent: Object, *, passed: bool
) -> None:
    """Go on with a card whose setup waits for 3-D Secure.

    Raises:
        StripeError: 402 when it was not passed; 400 when nothing waits.
    """
    finish_setup_authentication(activity, intent, passed)
    method = activity.account.get("payment_method", intent["payment_method"])
    charge_by_default(activity, customer, method)


def charge_by_default(activity: Activity, customer: Object, method: Object) -> None:
    """Make a card the one that is charged from now on, for the subscriptions too.

    A subscription that has a card of its own is given this one, or it would go on with the old.
    """
    before, settings = dict(customer), customer["invoice_settings"]
    customer["invoice_settings"] = settings | {"default_payment_method": method["id"]}
    activity.emit_updated(customer, before)
    for subscription in _subscriptions(activity.account, customer):
        if subscription["default_payment_method"]:
            earlier = dict(subscription)
            subscription["default_payment_method"] = method["id"]
            activity.emit_updated(subscription, earlier)


def remove_card(activity: Activity, customer: Object, method: Object) -> None:
    """Take a card from its customer.

    Raises:
        StripeError: 400 when a subscription is paid by it.
    """
    if pays_subscription(activity.account, customer, method):
        raise invalid_request(
            "This card pays for your subscription. Add another card before you remove it."
        )
    detach_method(activity, method)


def pays_subscription(account: Account, customer: Object, method: Object) -> bool:
    """Tell whether a subscription of the customer is charged to this card."""
    return any(
        method_of(account, subscription, customer["id"]) is method
        for subscription in _subscriptions(account, customer)
    )


def _subscriptions(account: Account, customer: Object) -> list[Object]:
    return [
        subscription
        for subscription in account.of_kind("subscription").values()
        if subscription["customer"] == customer["id"] and is_live(subscription)
    ]

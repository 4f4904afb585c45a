"""Confirm and cancel intents outside of Checkout: by the API, or after 3-D Secure."""

import copy

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.errors import StripeError, invalid_request
from stripe_sandbox.payments.after_payment import tell_after_payment
from stripe_sandbox.payments.charging import fail_authentication, pay_intent
from stripe_sandbox.payments.saving import check_owner

CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
NOUNS = {"payment_intent": "PaymentIntent", "setup_intent": "SetupIntent"}
# Statuses in which a try has ended.
ENDED = ("succeeded", "requires_payment_method")


def check_payable_by(intent: Object, method: Object) -> None:
    """Refuse a payment method that an intent cannot be paid with.

    Raises:
        StripeError: 400.
    """
    check_owner(method, intent["customer"])
    if method["type"] not in intent["payment_method_types"]:
        raise invalid_request(
            f"The PaymentMethod provided ({method['type']}) is not allowed for this "
            f"PaymentIntent: it takes {', '.join(intent['payment_method_types'])}.",
            "payment_method",
        )


def confirm_intent(
    activity: Activity, intent: Object, method: Object, *, off_session: bool = False
) -> None:
    """Try to pay an intent, and tell those who registered for it.

    Raises:
        StripeError: 402 when it is declined.
    """
    try:
        pay_intent(activity, intent, method, off_session=off_session)
    finally:
        if intent["status"] in ENDED:
            tell_after_payment(activity, intent)


def finish_intent_authentication(activity: Activity, intent: Object, passed: bool) -> None:
    """Go on with an intent that waits for 3-D Secure, and tell those who registered for it.

    Raises:
        StripeError: 402 when it was not passed, or the card declines after it; 400 when
            nothing waits.
    """
    check_status(intent, ("requires_action",), "authenticated")
    method = activity.account.get("payment_method", intent["payment_method"])
    try:
        if not passed:
            raise fail_authentication(activity, intent, method)
        pay_intent(activity, intent, method, authenticated=True)
    finally:
        tell_after_payment(activity, intent)


def cancel_intent(activity: Activity, intent: Object, reason: str | None) -> None:
    """End an unpaid intent.

    Raises:
        StripeError: 400 when it is paid, under way or canceled.
    """
    check_status(intent, CONFIRMABLE, "canceled")
    intent |= {
        "canceled_at": activity.now(intent),
        "cancellation_reason": reason,
        "next_action": None,
        "status": "canceled",
    }
    activity.emit("payment_intent.canceled", intent)


def check_free(account: Account, intent: Object, doing: str, *, of_invoices: bool = False) -> None:
    """Refuse to do something by the API to an intent that a Checkout session owns.

    Args:
        of_invoices: an invoice's intent is refused too.

    Raises:
        StripeError: 400.
    """
    details = account.details_of(intent["id"])
    if "authentication_page" in details:
        owner, way = "a Checkout Session", "use the session, or expire it"
    elif of_invoices and "invoice" in details:
        owner, way = "an Invoice", "pay or void the invoice"
    else:
        return
    raise invalid_request(
        f"This {NOUNS[intent['object']]} was made by {owner}, so it cannot be {doing} by itself; "
        f"{way}."
    )


def check_status(intent: Object, allowed: tuple[str, ...], doing: str) -> None:
    """Refuse an intent in another status than these.

    Raises:
        StripeError: 400 ``payment_intent_unexpected_state`` or ``setup_intent_…``.
    """
    if intent["status"] in allowed:
        return
    kind = intent["object"]
    noun = NOUNS[kind]
    raise StripeError(
        400,
        f"This {noun} cannot be {doing} because it has a status of {intent['status']}. "
        f"Only one with one of these statuses can: {', '.join(allowed)}.",
        code=f"{kind}_unexpected_state",
        extras={kind: copy.deepcopy(intent)},
    )

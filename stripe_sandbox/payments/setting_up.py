"""Set a card up for later payments without its owner."""

import copy

from stripe_sandbox.accounts import Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.errors import StripeError
from stripe_sandbox.payments.after_payment import tell_after_setup
from stripe_sandbox.payments.authenticating import ask_for_authentication
from stripe_sandbox.payments.cards import card_of
from stripe_sandbox.payments.charging import is_set_up
from stripe_sandbox.payments.confirming import check_status
from stripe_sandbox.payments.saving import attach_method, check_owner
from stripe_sandbox.resources.setup_intent_objects import new_setup_intent


def set_up_method(
    activity: Activity,
    *,
    customer_id: str | None,
    method: Object,
    usage: str,
    metadata: dict[str, str],
    authenticated: bool = False,
) -> Object:
    """Make and confirm a setup intent; it is ``succeeded`` or ``requires_action`` afterwards.

    When it succeeds, the payment method is attached to the customer. Where it waits for
    3-D Secure, the intent's own page asks for it; ``finish_setup_authentication`` goes on.

    Args:
        usage: ``off_session`` or ``on_session``.
        authenticated: the person has just passed 3-D Secure on the caller's page.

    Raises:
        StripeError: 402 when the card's bank refuses, which the setup intent tells too; 400 for
            another customer's payment method.
    """
    check_owner(method, customer_id)
    wishes = {"customer": customer_id, "metadata": metadata, "usage": usage}
    now = activity.now({"customer": customer_id})
    intent = activity.account.add(new_setup_intent(wishes, now))
    activity.emit("setup_intent.created", intent)
    try_setup(activity, intent, method, authenticated=authenticated)
    return intent


def confirm_setup(activity: Activity, intent: Object, method: Object) -> None:
    """Try to set a payment method up, and tell those who registered for it.

    Raises:
        StripeError: 402 when the card's bank refuses, 400 for another customer's method.
    """
    check_owner(method, intent["customer"])
    try:
        try_setup(activity, intent, method)
    finally:
        if intent["status"] != "requires_action":
            tell_after_setup(activity, intent)


def finish_setup_authentication(activity: Activity, intent: Object, passed: bool) -> None:
    """Go on with a setup intent that waits for 3-D Secure, and tell those who registered.

    Raises:
        StripeError: 402 when it was not passed; 400 when nothing waits.
    """
    check_status(intent, ("requires_action",), "authenticated")
    method = activity.account.get("payment_method", intent["payment_method"])
    try:
        if not passed:
            raise fail_setup_authentication(activity, intent, method)
        try_setup(activity, intent, method, authenticated=True)
    finally:
        tell_after_setup(activity, intent)


def try_setup(
    activity: Activity, intent: Object, method: Object, *, authenticated: bool = False
) -> None:
    """Try to set a payment method up; the intent then is ``succeeded`` or ``requires_action``.

    Args:
        authenticated: the person has just passed 3-D Secure.

    Raises:
        StripeError: 402 when the card's bank refuses; the intent can be tried again.
    """
    account = activity.account
    card = card_of(account, method)
    if not card.can_be_saved:
        raise _fail(activity, intent, card.refusal(payment_method=copy.deepcopy(method)))
    if card.asks(is_set_up=is_set_up(account, method)) and not authenticated:
        ask_for_authentication(activity, intent, method)
        return
    if authenticated:
        account.details_of(method["id"])["set_up"] = True
    intent |= {
        "last_setup_error": None,
        "next_action": None,
        "payment_method": method["id"],
        "status": "succeeded",
    }
    activity.emit("setup_intent.succeeded", intent)
    if intent["customer"]:
        attach_method(activity, method, intent["customer"])


def fail_setup_authentication(activity: Activity, intent: Object, method: Object) -> StripeError:
    """Note on an intent that 3-D Secure was not passed, and return the error."""
    refusal = StripeError(
        402,
        "The payment method has failed authentication. Try again, or use another card.",
        code="setup_intent_authentication_failure",
        extras={"payment_method": copy.deepcopy(method)},
    )
    return _fail(activity, intent, refusal)


def _fail(activity: Activity, intent: Object, refusal: StripeError) -> StripeError:
    intent |= {
        "last_setup_error": refusal.details(),
        "next_action": None,
        "payment_method": None,
        "status": "requires_payment_method",
    }
    activity.emit("setup_intent.setup_failed", intent)
    refusal.extras = refusal.extras | {"setup_intent": copy.deepcopy(intent)}
    return refusal

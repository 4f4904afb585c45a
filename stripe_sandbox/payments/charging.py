"""Charge a payment method for an intent, and tell about it."""

import copy

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.agenda import job
from stripe_sandbox.errors import StripeError
from stripe_sandbox.payments.cards import Card, card_of
from stripe_sandbox.resources.balance_transactions import new_balance_transaction
from stripe_sandbox.resources.charges import new_charge

SETTLE_JOB = "settle charge"


def pay_intent(
    activity: Activity,
    intent: Object,
    method: Object,
    *,
    off_session: bool = False,
    authenticated: bool = False,
) -> None:
    """Try to pay an intent; afterwards it is ``succeeded`` or ``requires_action``.

    Args:
        off_session: nobody is there to authenticate, so a card that asks for it declines.
        authenticated: the person has just passed 3-D Secure.

    Raises:
        StripeError: 402 when the card declines; charge.failed and
            payment_intent.payment_failed are emitted, and the intent can be tried again.
    """
    card = card_of(activity.account, method)
    if card.asks(is_set_up=is_set_up(activity.account, method)) and not authenticated:
        if off_session:
            charge = _new_charge(activity, intent, method, card.refusing_authentication())
            raise _declined(activity, intent, charge, method, card.refusing_authentication())
        _ask_for_authentication(activity, intent, method)
        return
    charge = _new_charge(activity, intent, method, card, authenticated=authenticated)
    if not charge["paid"]:
        raise _declined(activity, intent, charge, method, card)
    intent |= {
        "amount_received": intent["amount"],
        "last_payment_error": None,
        "next_action": None,
        "payment_method": method["id"],
        "status": "succeeded",
    }
    activity.emit("charge.succeeded", charge)
    _keep_method(activity, intent, method, authenticated=authenticated)
    activity.emit("payment_intent.succeeded", intent)
    activity.plan_in(activity.account.switches.charge_updated_delay, SETTLE_JOB, charge)


def fail_authentication(activity: Activity, intent: Object, method: Object) -> StripeError:
    """Note on an intent that 3-D Secure was not passed, and return the error."""
    refusal = StripeError(
        402,
        "The payment method has failed authentication. Try again, or use another card.",
        kind="invalid_request_error",
        code="payment_intent_authentication_failure",
        extras={"payment_method": copy.deepcopy(method)},
    )
    return _fail(activity, intent, refusal)


def is_set_up(account: Account, method: Object) -> bool:
    """Tell whether a payment method was authenticated for later payments without its owner."""
    return bool(account.details_of(method["id"]).get("set_up"))


def _new_charge(
    activity: Activity, intent: Object, method: Object, card: Card, *, authenticated: bool = False
) -> Object:
    charge = activity.account.add(
        new_charge(intent, method, card, authenticated=authenticated, now=activity.now(intent))
    )
    intent |= {"latest_charge": charge["id"], "next_action": None}
    return charge


def _ask_for_authentication(activity: Activity, intent: Object, method: Object) -> None:
    details = activity.account.details_of(intent["id"])
    own_page = f"{activity.account.base_url}/authenticate/{intent['id']}"
    intent |= {
        "last_payment_error": None,
        "next_action": {
            "redirect_to_url": {
                "return_url": details.get("return_url"),
                "url": details.get("authentication_page", own_page),
            },
            "type": "redirect_to_url",
        },
        "payment_method": method["id"],
        "status": "requires_action",
    }
    activity.emit("payment_intent.requires_action", intent)


def _keep_method(
    activity: Activity, intent: Object, method: Object, *, authenticated: bool
) -> None:
    """Attach a payment method that is to be used again to the one who paid."""
    if not intent["setup_future_usage"]:
        return
    if authenticated and intent["setup_future_usage"] == "off_session":
        activity.account.details_of(method["id"])["set_up"] = True
    if intent["customer"] and method["customer"] is None:
        method["customer"] = intent["customer"]
        activity.emit("payment_method.attached", method)


def _declined(
    activity: Activity, intent: Object, charge: Object, method: Object, card: Card
) -> StripeError:
    refusal = card.refusal(charge=charge["id"], payment_method=copy.deepcopy(method))
    activity.emit("charge.failed", charge)
    return _fail(activity, intent, refusal)


def _fail(activity: Activity, intent: Object, refusal: StripeError) -> StripeError:
    intent |= {
        "last_payment_error": refusal.details(),
        "next_action": None,
        "payment_method": None,
        "status": "requires_payment_method",
    }
    activity.emit("payment_intent.payment_failed", intent)
    refusal.extras = refusal.extras | {"payment_intent": copy.deepcopy(intent)}
    return refusal


@job(SETTLE_JOB)
def settle_charge(activity: Activity, charge_id: str) -> None:
    """Give a paid charge its balance transaction."""
    charge = activity.account.of_kind("charge").get(charge_id)
    if charge is None or charge["balance_transaction"]:
        return
    before = dict(charge)
    transaction = activity.account.add(new_balance_transaction(charge, activity.now(charge)))
    charge["balance_transaction"] = transaction["id"]
    activity.emit_updated(charge, before)

"""How a try to pay an intent ends: its charge, its events, and what follows later."""

import copy

from stripe_sandbox.accounts import Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.agenda import job
from stripe_sandbox.errors import StripeError
from stripe_sandbox.payments.disputing import DISPUTE_JOB
from stripe_sandbox.resources.balance_transactions import transaction_of_charge

SETTLE_JOB = "settle charge"


def succeed(
    activity: Activity,
    intent: Object,
    charge: Object,
    method: Object,
    *,
    authenticated: bool = False,
    disputed: bool = False,
) -> None:
    """Note that a charge has paid its intent.

    Args:
        disputed: the card's owner will dispute the charge soon.
    """
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
    switches = activity.account.switches
    activity.plan_soon(switches.charge_updated_delay, SETTLE_JOB, charge)
    if disputed:
        activity.plan_soon(switches.dispute_delay, DISPUTE_JOB, charge)


def fail(activity: Activity, intent: Object, refusal: StripeError) -> StripeError:
    """Note that a try has failed, so that another can be made, and return the error."""
    intent |= {
        "last_payment_error": refusal.details(),
        "next_action": None,
        "payment_method": None,
        "status": "requires_payment_method",
    }
    activity.emit("payment_intent.payment_failed", intent)
    refusal.extras = refusal.extras | {"payment_intent": copy.deepcopy(intent)}
    return refusal


def _keep_method(
    activity: Activity, intent: Object, method: Object, *, authenticated: bool
) -> None:
    """Attach a card that is to be used again to the one who paid; any other is used up."""
    details = activity.account.details_of(method["id"])
    if authenticated and intent["setup_future_usage"] == "off_session":
        details["set_up"] = True
    if method["customer"]:
        return
    if intent["setup_future_usage"] and intent["customer"] and method["type"] == "card":
        method["customer"] = intent["customer"]
        activity.emit("payment_method.attached", method)
    else:
        details["used_up"] = True


@job(SETTLE_JOB)
def settle_charge(activity: Activity, charge_id: str) -> None:
    """Give a paid charge its balance transaction."""
    charge = activity.account.of_kind("charge").get(charge_id)
    if charge is None or charge["balance_transaction"]:
        return
    before = dict(charge)
    transaction = activity.account.add(transaction_of_charge(charge, activity.now(charge)))
    charge["balance_transaction"] = transaction["id"]
    activity.emit_updated(charge, before)

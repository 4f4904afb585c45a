"""Charge a payment method for an intent, and tell about it."""

import copy

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.errors import StripeError
from stripe_sandbox.payments.authenticating import ask_for_authentication
from stripe_sandbox.payments.cards import Card, card_of
from stripe_sandbox.payments.debiting import start_debit
from stripe_sandbox.payments.outcomes import fail, succeed
from stripe_sandbox.resources.charges import new_charge


def pay_intent(
    activity: Activity,
    intent: Object,
    method: Object,
    *,
    off_session: bool = False,
    authenticated: bool = False,
) -> None:
    """Try to pay an intent; afterwards it is ``succeeded`` or ``requires_action``.

    With a bank account, which only Checkout takes, it is ``processing`` afterwards.

    Args:
        off_session: nobody is there to authenticate, so a card that asks for it declines.
        authenticated: the person has just passed 3-D Secure.

    Raises:
        StripeError: 402 when the card declines; charge.failed and
            payment_intent.payment_failed are emitted, and the intent can be tried again.
    """
    if method["type"] == "us_bank_account":
        start_debit(activity, intent, method)
        return
    card = card_of(activity.account, method)
    if card.asks(is_set_up=is_set_up(activity.account, method)) and not authenticated:
        if off_session:
            charge = _new_charge(activity, intent, method, card.refusing_authentication())
            raise _declined(activity, intent, charge, method, card.refusing_authentication())
        ask_for_authentication(activity, intent, method)
        return
    card = card.past_authentication()
    charge = _new_charge(activity, intent, method, card, authenticated=authenticated)
    if not charge["paid"]:
        raise _declined(activity, intent, charge, method, card)
    disputed = bool(card.dispute_reason)
    succeed(activity, intent, charge, method, authenticated=authenticated, disputed=disputed)


def fail_authentication(activity: Activity, intent: Object, method: Object) -> StripeError:
    """Note on an intent that 3-D Secure was not passed, and return the error."""
    refusal = StripeError(
        402,
        "The payment method has failed authentication. Try again, or use another card.",
        kind="invalid_request_error",
        code="payment_intent_authentication_failure",
        extras={"payment_method": copy.deepcopy(method)},
    )
    return fail(activity, intent, refusal)


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


def _declined(
    activity: Activity, intent: Object, charge: Object, method: Object, card: Card
) -> StripeError:
    refusal = card.refusal(charge=charge["id"], payment_method=copy.deepcopy(method))
    activity.emit("charge.failed", charge)
    return fail(activity, intent, refusal)

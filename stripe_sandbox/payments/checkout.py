"""Pay, authenticate or expire a Checkout session; the page and the control API both do this."""

from dataclasses import asdict

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.agenda import job
from stripe_sandbox.errors import invalid_request
from stripe_sandbox.payments.after_payment import after_payment
from stripe_sandbox.payments.bank_accounts import BankAccount, chosen_bank_account
from stripe_sandbox.payments.cards import Payer, card_of, read_card
from stripe_sandbox.payments.charging import fail_authentication, pay_intent
from stripe_sandbox.payments.completing import (
    ORDER_OF_PAYING,
    complete_session,
    invoice_session,
    make_customer,
    order_of,
)
from stripe_sandbox.payments.session_amounts import due_today, needs_method, recheck_discounts
from stripe_sandbox.payments.session_intents import intent_for
from stripe_sandbox.payments.setting_up import fail_setup_authentication, try_setup
from stripe_sandbox.payments.subscribing import check_subscribable
from stripe_sandbox.resources.payment_method_objects import (
    keep_card,
    new_bank_method,
    new_payment_method,
)

EXPIRY_JOB = "expire session"


def pay_session(activity: Activity, session: Object, card_number: str, payer: Payer) -> bool:
    """Complete an open session; return false when the bank first wants 3-D Secure.

    It pays, subscribes or saves the card, as the session's mode says. A number is not looked at
    where nothing is due and no card is kept.

    Raises:
        StripeError: 402 for a bad number or a declining card, the session stays open;
            400 when the session is not open any more, or its discount cannot be redeemed
            any more and was taken off.
    """
    _check_payable(activity, session)
    with activity.told_in_order(*order_of(activity, session), untold=_untold(session)):
        if not needs_method(activity.account, session):
            complete_session(activity, session, payer)
            return True
        bank = chosen_bank_account(session, card_number)
        if bank:
            _debit(activity, session, bank, payer)
            return True
        card = read_card(card_number)
        method = new_payment_method(card, payer, activity.now(session))
        return _try(activity, session, keep_card(activity.account, method, card), payer)


def _check_payable(activity: Activity, session: Object) -> None:
    check_open(activity, session)
    if session["customer"]:
        activity.account.get("customer", session["customer"], "customer")
    if session["mode"] == "subscription":
        check_subscribable(activity, session)
    recheck_discounts(activity, session)


def _untold(session: Object) -> str | None:
    """Return the event that Stripe leaves out: a subscription is told of once it is active."""
    return "customer.subscription.updated" if session["mode"] == "subscription" else None


def _debit(activity: Activity, session: Object, bank: BankAccount, payer: Payer) -> None:
    """Complete a session by a bank account: unpaid until the debit has ended."""
    method = activity.account.add(new_bank_method(bank, payer, activity.now(session)))
    activity.account.details_of(method["id"])["bank_account"] = bank.choice
    intent = intent_for(activity, session)
    make_customer(activity, session, payer)
    intent["customer"] = session["customer"]
    pay_intent(activity, intent, method)
    complete_session(activity, session, payer, method)


def _try(
    activity: Activity,
    session: Object,
    method: Object,
    payer: Payer,
    *,
    authenticated: bool = False,
) -> bool:
    activity.account.details_of(session["id"]).pop("authenticating", None)
    intent = intent_for(activity, session)
    if _will_succeed(activity.account, intent, method, authenticated=authenticated):
        make_customer(activity, session, payer)
        intent["customer"] = session["customer"]
    if intent["object"] == "setup_intent":
        try_setup(activity, intent, method, authenticated=authenticated)
    else:
        pay_intent(activity, intent, method, authenticated=authenticated)
    if intent["status"] == "requires_action":
        activity.account.details_of(session["id"])["authenticating"] = {
            "intent": intent["id"],
            "payer": asdict(payer),
        }
        return False
    complete_session(activity, session, payer, method)
    return True


def _will_succeed(account: Account, intent: Object, method: Object, *, authenticated: bool) -> bool:
    """Tell whether an attempt ends well: only then a guest becomes a customer, before it."""
    card = card_of(account, method)
    if not authenticated and card.asks(is_set_up=False):
        return False
    if intent["object"] == "setup_intent":
        return card.can_be_saved
    return card.past_authentication().behaviour == "pays"


@after_payment
def tell_late_payment(activity: Activity, intent: Object) -> None:
    """Tell how the debit ended for which a session has waited."""
    session_id = activity.account.details_of(intent["id"]).get("checkout_session", "")
    session = activity.account.of_kind("checkout.session").get(session_id)
    if session is None or (session["status"], session["payment_status"]) != ("complete", "unpaid"):
        return
    if intent["status"] == "succeeded":
        session["payment_status"] = "paid"
        with activity.told_in_order(*ORDER_OF_PAYING):
            invoice_session(activity, session)
            activity.emit("checkout.session.async_payment_succeeded", session)
    else:
        activity.emit("checkout.session.async_payment_failed", session)


def finish_authentication(activity: Activity, session: Object, *, passed: bool) -> None:
    """Go on with an attempt that waits for 3-D Secure.

    Raises:
        StripeError: 402 when it was not passed, the session stays open; 400 when the
            session is not open, nothing waits, or something else is due by now.
    """
    check_open(activity, session)
    account = activity.account
    waiting = account.details_of(session["id"]).pop("authenticating", None)
    if waiting is None:
        raise invalid_request("No payment of this session waits for authentication.")
    _check_payable(activity, session)
    intent, payer = account.find(waiting["intent"]), Payer(**waiting["payer"])
    if intent is None or intent.get("amount", 0) != due_today(account, session):
        raise invalid_request("What is due has changed: look at the new total, and pay again.")
    method = account.get("payment_method", intent["payment_method"])
    with activity.told_in_order(*order_of(activity, session), untold=_untold(session)):
        if passed:
            _try(activity, session, method, payer, authenticated=True)
        elif intent["object"] == "setup_intent":
            raise fail_setup_authentication(activity, intent, method)
        else:
            raise fail_authentication(activity, intent, method)


def awaits_authentication(account: Account, session: Object) -> bool:
    """Tell whether a payment of this session waits for 3-D Secure."""
    return session["status"] == "open" and "authenticating" in account.details_of(session["id"])


def expire_session(activity: Activity, session: Object) -> None:
    """End an open session unpaid.

    Raises:
        StripeError: 400 when it is not open.
    """
    if session["status"] != "open":
        raise invalid_request(
            "Only a Checkout Session that is open can be expired; "
            f"this one has the status {session['status']}."
        )
    session |= {"status": "expired", "url": None}
    activity.account.details_of(session["id"]).pop("authenticating", None)
    activity.emit("checkout.session.expired", session)


@job(EXPIRY_JOB)
def expire_on_time(activity: Activity, session_id: str) -> None:
    """Expire a session whose time is over, unless it was paid."""
    session = activity.account.of_kind("checkout.session").get(session_id)
    if session and session["status"] == "open":
        expire_session(activity, session)


def check_open(activity: Activity, session: Object) -> None:
    """Refuse a session that cannot be paid any more, expiring it if it is overdue.

    Raises:
        StripeError: 400.
    """
    if session["status"] == "open" and session["expires_at"] <= activity.now():
        expire_session(activity, session)
    if session["status"] != "open":
        state = "already paid" if session["status"] == "complete" else "expired"
        raise invalid_request(f"This Checkout Session is {state}.")

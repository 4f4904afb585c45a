"""Pay, authenticate or expire a Checkout session; the page and the control API both do this."""

from dataclasses import asdict

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.agenda import job
from stripe_sandbox.errors import invalid_request
from stripe_sandbox.payments.after_payment import after_payment
from stripe_sandbox.payments.bank_accounts import BankAccount, chosen_bank_account
from stripe_sandbox.payments.cards import Card, Payer, read_card
from stripe_sandbox.payments.charging import fail_authentication, pay_intent
from stripe_sandbox.payments.session_amounts import recheck_discounts, redeem_discounts
from stripe_sandbox.resources.checkout_objects import customer_details
from stripe_sandbox.resources.customers import new_customer
from stripe_sandbox.resources.payment_intents import new_payment_intent
from stripe_sandbox.resources.payment_method_objects import new_bank_method, new_payment_method

EXPIRY_JOB = "expire session"
# As real accounts' logs have it: the intent's making is told after its success.
ORDER_OF_PAYING = (
    "customer.created",
    "charge.succeeded",
    "payment_method.attached",
    "payment_intent.succeeded",
    "payment_intent.created",
)


def pay_session(activity: Activity, session: Object, card_number: str, payer: Payer) -> bool:
    """Pay an open session; return false when the bank first wants 3-D Secure.

    Raises:
        StripeError: 402 for a bad number or a declining card, the session stays open;
            400 when the session is not open any more, or its discount cannot be redeemed
            any more and was taken off.
    """
    check_open(activity, session)
    recheck_discounts(activity, session)
    with activity.told_in_order(*ORDER_OF_PAYING):
        if session["amount_total"] == 0:
            _complete(activity, session, payer)
            return True
        bank = chosen_bank_account(session, card_number)
        if bank:
            _debit(activity, session, bank, payer)
            return True
        card = read_card(card_number)
        method = activity.account.add(new_payment_method(card, payer, activity.now(session)))
        activity.account.details_of(method["id"])["card"] = card.number
        return _try(activity, session, card, method, payer)


def _debit(activity: Activity, session: Object, bank: BankAccount, payer: Payer) -> None:
    """Complete a session by a bank account: unpaid until the debit has ended."""
    method = activity.account.add(new_bank_method(bank, payer, activity.now(session)))
    activity.account.details_of(method["id"])["bank_account"] = bank.choice
    intent = _intent_of(activity, session)
    _make_customer(activity, session, payer)
    intent["customer"] = session["customer"]
    pay_intent(activity, intent, method)
    _complete(activity, session, payer)


@after_payment
def tell_late_payment(activity: Activity, intent: Object) -> None:
    """Tell how the debit ended for which a session has waited."""
    session_id = activity.account.details_of(intent["id"]).get("checkout_session", "")
    session = activity.account.of_kind("checkout.session").get(session_id)
    if session is None or (session["status"], session["payment_status"]) != ("complete", "unpaid"):
        return
    if intent["status"] == "succeeded":
        session["payment_status"] = "paid"
        activity.emit("checkout.session.async_payment_succeeded", session)
    else:
        activity.emit("checkout.session.async_payment_failed", session)


def finish_authentication(activity: Activity, session: Object, *, passed: bool) -> None:
    """Go on with a payment that waits for 3-D Secure.

    Raises:
        StripeError: 402 when it was not passed, the session stays open; 400 when the
            session is not open, or nothing waits.
    """
    check_open(activity, session)
    waiting = activity.account.details_of(session["id"]).pop("authenticating", None)
    if waiting is None:
        raise invalid_request("No payment of this session waits for authentication.")
    recheck_discounts(activity, session)
    card, payer = read_card(waiting["card"]), Payer(**waiting["payer"])
    with activity.told_in_order(*ORDER_OF_PAYING):
        intent = _intent_of(activity, session)
        method = activity.account.get("payment_method", intent["payment_method"])
        if not passed:
            raise fail_authentication(activity, intent, method)
        _try(activity, session, card, method, payer, authenticated=True)


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
    if session["status"] == "open" and session["expires_at"] <= activity.now(session):
        expire_session(activity, session)
    if session["status"] != "open":
        state = "already paid" if session["status"] == "complete" else "expired"
        raise invalid_request(f"This Checkout Session is {state}.")


def success_address(session: Object) -> str:
    """Return where the person goes after paying."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _intent_of(activity: Activity, session: Object) -> Object:
    """Return the session's intent, which the first attempt to pay makes."""
    account = activity.account
    if session["payment_intent"]:
        intent = account.get("payment_intent", session["payment_intent"])
        # A promotion code may have been entered or removed since the last attempt.
        intent["amount"] = session["amount_total"]
        return intent
    wishes = account.details_of(session["id"])["wishes"]
    now = activity.now(session)
    intent = new_payment_intent(session["amount_total"], session["currency"], wishes, now)
    account.add(intent)
    intent["customer"] = session["customer"]
    account.details_of(intent["id"]).update(
        authentication_page=f"{session['url']}/authenticate",
        checkout_session=session["id"],
        return_url=success_address(session),
    )
    intent["payment_method_types"] = list(session["payment_method_types"])
    session["payment_intent"] = intent["id"]
    activity.emit("payment_intent.created", intent)
    return intent


def _try(
    activity: Activity,
    session: Object,
    card: Card,
    method: Object,
    payer: Payer,
    *,
    authenticated: bool = False,
) -> bool:
    intent = _intent_of(activity, session)
    pays = card.past_authentication().behaviour == "pays"
    if pays and (authenticated or not card.asks(is_set_up=False)):
        _make_customer(activity, session, payer)
        intent["customer"] = session["customer"]
    pay_intent(activity, intent, method, authenticated=authenticated)
    if intent["status"] == "requires_action":
        activity.account.details_of(session["id"])["authenticating"] = {
            "card": card.number,
            "payer": asdict(payer),
        }
        return False
    _complete(activity, session, payer)
    return True


def _make_customer(activity: Activity, session: Object, payer: Payer) -> None:
    wishes = activity.account.details_of(session["id"])["wishes"]
    wanted = session["customer_creation"] == "always" or wishes.get("setup_future_usage")
    if session["customer"] is None and wanted:
        known = {"email": payer.email, "name": payer.name}
        customer = activity.account.add(new_customer(known, activity.now()))
        session["customer"] = customer["id"]
        activity.emit("customer.created", customer)


def _complete(activity: Activity, session: Object, payer: Payer) -> None:
    if session["amount_total"] == 0:
        _make_customer(activity, session, payer)
        _give_up_intent(activity, session)
    redeem_discounts(activity, session)
    session |= {
        "collected_information": {
            "business_name": None,
            "individual_name": None,
            "shipping_details": None,
        },
        "customer_details": customer_details(payer.email, payer.name, payer.country),
        "payment_status": _payment_status(activity, session),
        "status": "complete",
        "url": None,
    }
    activity.emit("checkout.session.completed", session)


def _payment_status(activity: Activity, session: Object) -> str:
    if not session["amount_total"]:
        return "no_payment_required"
    intent = activity.account.of_kind("payment_intent").get(session["payment_intent"] or "")
    return "unpaid" if intent and intent["status"] == "processing" else "paid"


def _give_up_intent(activity: Activity, session: Object) -> None:
    """Cancel the intent of an attempt to pay what has since become free."""
    intent = activity.account.of_kind("payment_intent").get(session["payment_intent"] or "")
    if intent is None:
        return
    intent |= {
        "canceled_at": activity.now(intent),
        "cancellation_reason": "automatic",
        "next_action": None,
        "status": "canceled",
    }
    session["payment_intent"] = None
    activity.emit("payment_intent.canceled", intent)

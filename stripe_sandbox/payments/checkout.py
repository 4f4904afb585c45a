"""Pay, authenticate or expire a Checkout session; the page and the control API both do this."""

import copy
from dataclasses import asdict

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.agenda import job
from stripe_sandbox.errors import StripeError, invalid_request
from stripe_sandbox.events import emit
from stripe_sandbox.payments.cards import Card, Payer, read_card
from stripe_sandbox.payments.charging import Attempt, charge_intent, fail_intent
from stripe_sandbox.resources.checkout_objects import customer_details
from stripe_sandbox.resources.customers import new_customer
from stripe_sandbox.resources.payment_intents import new_payment_intent
from stripe_sandbox.sandbox import Origin, Sandbox

EXPIRY_JOB = "expire session"


def pay_session(
    sandbox: Sandbox, account: Account, session: Object, card_number: str, payer: Payer
) -> bool:
    """Pay an open session; return false when the bank first wants 3-D Secure.

    Raises:
        StripeError: 402 for a bad number or a declining card, the session stays open;
            400 when the session is not open any more.
    """
    check_open(sandbox, account, session)
    if session["amount_total"] == 0:
        _complete(sandbox, account, session, payer)
        return True
    card = read_card(card_number)
    attempt = _begin(sandbox, account, session, card, payer)
    if card.behaviour == "authenticates":
        _ask_for_authentication(attempt, session)
        return False
    _charge(attempt, session)
    return True


def finish_authentication(
    sandbox: Sandbox, account: Account, session: Object, *, passed: bool
) -> None:
    """Go on with a payment that waits for 3-D Secure.

    Raises:
        StripeError: 402 when it was not passed, the session stays open; 400 when the
            session is not open, or nothing waits.
    """
    check_open(sandbox, account, session)
    waiting = account.details_of(session["id"]).pop("authenticating", None)
    if waiting is None:
        raise invalid_request("No payment of this session waits for authentication.")
    card, payer = read_card(waiting["card"]), Payer(**waiting["payer"])
    attempt = _begin(sandbox, account, session, card, payer)
    attempt.method = account.get("payment_method", attempt.intent["payment_method"])
    if not passed:
        raise fail_intent(attempt, _not_authenticated(attempt.method))
    attempt.authenticated = True
    _charge(attempt, session)


def awaits_authentication(account: Account, session: Object) -> bool:
    """Tell whether a payment of this session waits for 3-D Secure."""
    return session["status"] == "open" and "authenticating" in account.details_of(session["id"])


def expire_session(
    sandbox: Sandbox, account: Account, session: Object, *, origin: Origin | None = None
) -> None:
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
    account.details_of(session["id"]).pop("authenticating", None)
    emit(sandbox, account, "checkout.session.expired", session, origin=origin)


@job(EXPIRY_JOB)
def expire_on_time(sandbox: Sandbox, account: Account, session_id: str) -> None:
    """Expire a session whose time is over, unless it was paid."""
    session = account.of_kind("checkout.session").get(session_id)
    if session and session["status"] == "open":
        expire_session(sandbox, account, session)


def check_open(sandbox: Sandbox, account: Account, session: Object) -> None:
    """Refuse a session that cannot be paid any more, expiring it if it is overdue.

    Raises:
        StripeError: 400.
    """
    if session["status"] == "open" and session["expires_at"] <= sandbox.clock.now():
        expire_session(sandbox, account, session)
    if session["status"] != "open":
        state = "already paid" if session["status"] == "complete" else "expired"
        raise invalid_request(f"This Checkout Session is {state}.")


def success_address(session: Object) -> str:
    """Return where the person goes after paying."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _begin(
    sandbox: Sandbox, account: Account, session: Object, card: Card, payer: Payer
) -> Attempt:
    """Return an attempt on the session's intent, which the first attempt makes."""
    if session["payment_intent"]:
        intent = account.get("payment_intent", session["payment_intent"])
        return Attempt(sandbox, account, intent, card, payer)
    wishes = account.details_of(session["id"])["wishes"]
    now = sandbox.clock.now()
    intent = account.add(
        new_payment_intent(session["amount_total"], session["currency"], wishes, now)
    )
    intent["customer"] = session["customer"]
    session["payment_intent"] = intent["id"]
    return Attempt(sandbox, account, intent, card, payer, as_created=dict(intent))


def _ask_for_authentication(attempt: Attempt, session: Object) -> None:
    method = attempt.payment_method()
    attempt.intent |= {
        "last_payment_error": None,
        "next_action": {
            "redirect_to_url": {
                "return_url": success_address(session),
                "url": f"{session['url']}/authenticate",
            },
            "type": "redirect_to_url",
        },
        "payment_method": method["id"],
        "status": "requires_action",
    }
    attempt.account.details_of(session["id"])["authenticating"] = {
        "card": attempt.card.number,
        "payer": asdict(attempt.payer),
    }
    attempt.tell_created()
    attempt.tell("payment_intent.requires_action", attempt.intent)


def _charge(attempt: Attempt, session: Object) -> None:
    account = attempt.account
    account.details_of(session["id"]).pop("authenticating", None)
    if attempt.card.behaviour != "declines":
        _make_customer(attempt.sandbox, account, session, attempt.payer)
        attempt.intent["customer"] = session["customer"]
    charge_intent(attempt)
    _complete(attempt.sandbox, account, session, attempt.payer)


def _make_customer(sandbox: Sandbox, account: Account, session: Object, payer: Payer) -> None:
    wishes = account.details_of(session["id"])["wishes"]
    wanted = session["customer_creation"] == "always" or wishes.get("setup_future_usage")
    if session["customer"] is None and wanted:
        known = {"email": payer.email, "name": payer.name}
        customer = account.add(new_customer(known, sandbox.clock.now()))
        session["customer"] = customer["id"]
        emit(sandbox, account, "customer.created", customer)


def _complete(sandbox: Sandbox, account: Account, session: Object, payer: Payer) -> None:
    if session["amount_total"] == 0:
        _make_customer(sandbox, account, session, payer)
    session |= {
        "collected_information": {
            "business_name": None,
            "individual_name": None,
            "shipping_details": None,
        },
        "customer_details": customer_details(payer.email, payer.name, payer.country),
        "payment_status": "paid" if session["amount_total"] else "no_payment_required",
        "status": "complete",
        "url": None,
    }
    emit(sandbox, account, "checkout.session.completed", session)


def _not_authenticated(method: Object) -> StripeError:
    return StripeError(
        402,
        "The payment method has failed authentication. Try again, or use another card.",
        kind="invalid_request_error",
        code="payment_intent_authentication_failure",
        extras={"payment_method": copy.deepcopy(method)},
    )

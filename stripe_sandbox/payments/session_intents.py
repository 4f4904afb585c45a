"""The intents of a Checkout session: one to be paid with, one to save a card with."""

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.payments.confirming import CONFIRMABLE, cancel_intent
from stripe_sandbox.payments.session_amounts import due_today
from stripe_sandbox.resources.payment_intents import new_payment_intent
from stripe_sandbox.resources.setup_intent_objects import new_setup_intent

# A session shows an intent only in this mode; a subscription's are its invoice's, or nobody's.
SHOWN_IN = {"payment_intent": "payment", "setup_intent": "setup"}


def success_address(session: Object) -> str:
    """Return where the person goes after paying."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def intent_for(activity: Activity, session: Object) -> Object:
    """Return the intent that completes a session; the first attempt that needs it makes it.

    It is a payment intent over what is due today, or a setup intent when that is nothing.
    """
    due = due_today(activity.account, session)
    if not due:
        return intent_of(activity.account, session, "setup_intent") or _keep(
            activity, session, _new_setup(activity, session)
        )
    intent = intent_of(activity.account, session, "payment_intent")
    if intent is None:
        return _keep(activity, session, _new_payment(activity, session, due))
    # A promotion code may have been entered or removed since the last attempt.
    intent["amount"] = due
    return intent


def intent_of(account: Account, session: Object, kind: str) -> Object | None:
    """Return a session's intent of a kind, if an attempt has made it."""
    return account.of_kind(kind).get(account.details_of(session["id"]).get(kind, ""))


def give_up_payment(activity: Activity, session: Object) -> None:
    """Cancel the payment intent of an attempt to pay what has since become free."""
    intent = intent_of(activity.account, session, "payment_intent")
    if intent is None or intent["status"] not in CONFIRMABLE:
        return
    cancel_intent(activity, intent, "automatic")
    del activity.account.details_of(session["id"])["payment_intent"]
    session["payment_intent"] = None


def _new_payment(activity: Activity, session: Object, due: int) -> Object:
    wishes = activity.account.details_of(session["id"])["wishes"]
    if session["mode"] == "subscription":
        wishes = {"description": "Subscription creation", "setup_future_usage": "off_session"}
    return new_payment_intent(due, session["currency"], wishes, activity.now(session)) | {
        "payment_method_types": list(session["payment_method_types"])
    }


def _new_setup(activity: Activity, session: Object) -> Object:
    wishes = activity.account.details_of(session["id"])["setup_wishes"]
    chosen = wishes | {"payment_method_types": ["card"], "usage": "off_session"}
    return new_setup_intent(chosen, activity.now(session))


def _keep(activity: Activity, session: Object, intent: Object) -> Object:
    account, kind = activity.account, intent["object"]
    account.add(intent)
    intent["customer"] = session["customer"]
    account.details_of(intent["id"]).update(
        authentication_page=f"{session['url']}/authenticate",
        checkout_session=session["id"],
        return_url=success_address(session),
    )
    account.details_of(session["id"])[kind] = intent["id"]
    if SHOWN_IN[kind] == session["mode"]:
        session[kind] = intent["id"]
    activity.emit(f"{kind}.created", intent)
    return intent

"""Complete a Checkout session: its customer, its invoice or subscription, and its event."""

from stripe_sandbox.accounts import Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.billing.selling import invoice_sale
from stripe_sandbox.payments.cards import Payer
from stripe_sandbox.payments.session_amounts import due_today, redeem_discounts
from stripe_sandbox.payments.session_intents import give_up_payment, intent_of
from stripe_sandbox.payments.subscribing import begin_subscription
from stripe_sandbox.resources.checkout_objects import address_in, customer_details
from stripe_sandbox.resources.customers import new_customer

# As real accounts' logs have it: the intent's making is told after its success.
ORDER_OF_PAYING = (
    "customer.created",
    "charge.succeeded",
    "payment_method.attached",
    "payment_intent.succeeded",
    "payment_intent.created",
    "customer.updated",
    "coupon.updated",
    "promotion_code.updated",
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "invoiceitem.created",
    "invoice.created",
    "invoice.finalized",
    "invoice.paid",
    "invoice.payment_succeeded",
)
# So too: the session is complete, and the subscription active, before the invoice is paid.
ORDER_OF_SUBSCRIBING = (
    "setup_intent.created",
    "charge.succeeded",
    "payment_method.attached",
    "setup_intent.succeeded",
    "customer.created",
    "customer.updated",
    "checkout.session.completed",
    "customer.subscription.created",
    "payment_intent.succeeded",
    "payment_intent.created",
    "invoiceitem.created",
    "invoice.created",
    "invoice.finalized",
    "invoice.paid",
    "invoice.payment_succeeded",
)
ORDER_OF_SAVING = (
    "customer.created",
    "setup_intent.created",
    "payment_method.attached",
    "setup_intent.succeeded",
    "customer.updated",
    "checkout.session.completed",
)
ORDERS = {
    "payment": ORDER_OF_PAYING,
    "setup": ORDER_OF_SAVING,
    "subscription": ORDER_OF_SUBSCRIBING,
}
OF_A_DECLINE = ("charge.failed", "payment_intent.payment_failed")


def order_of(activity: Activity, session: Object) -> tuple[str, ...]:
    """Return the order in which an attempt to complete a session is told.

    That of a decline is known from no log, so a switch turns it round.
    """
    declined_first = activity.account.switches.decline_order == "declined_first"
    return (OF_A_DECLINE if declined_first else ()) + ORDERS[session["mode"]]


def make_customer(activity: Activity, session: Object, payer: Payer) -> None:
    """Make the customer of a guest, where the session wants or needs one."""
    wishes = activity.account.details_of(session["id"])["wishes"]
    wanted = (
        session["customer_creation"] == "always"
        or wishes.get("setup_future_usage")
        or _wants_invoice(session)
    )
    if session["customer"] is None and wanted:
        known = {"email": payer.email, "name": payer.name}
        customer = activity.account.add(new_customer(known, activity.now()))
        session["customer"] = customer["id"]
        activity.emit("customer.created", customer)


def complete_session(
    activity: Activity, session: Object, payer: Payer, method: Object | None = None
) -> None:
    """Complete a session whose payment, if it needs one, has succeeded or is under way.

    Args:
        method: what it was paid with, or what was saved; none where nothing was asked for.
    """
    make_customer(activity, session, payer)
    if not due_today(activity.account, session):
        give_up_payment(activity, session)
    intent = intent_of(activity.account, session, "payment_intent")
    _note_payer(activity, session, payer)
    redeem_discounts(activity, session)
    session |= {
        "collected_information": {
            "business_name": None,
            "individual_name": None,
            "shipping_details": None,
        },
        "customer_details": customer_details(payer.email, payer.name, payer.country),
        "payment_status": _payment_status(session, intent),
        "status": "complete",
        "url": None,
    }
    if session["mode"] == "subscription":
        begin_subscription(activity, session, method, intent)
    elif session["payment_status"] != "unpaid":
        invoice_session(activity, session)
    activity.emit("checkout.session.completed", session)


def _note_payer(activity: Activity, session: Object, payer: Payer) -> None:
    """Note on the customer what the session was told to, and the currency they are billed in."""
    customer = activity.account.of_kind("customer").get(session["customer"] or "")
    if customer is None:
        return
    before = dict(customer)
    update = activity.account.details_of(session["id"])["customer_update"]
    if update.get("name") == "auto" and payer.name:
        customer["name"] = payer.name
    if update.get("address") == "auto":
        customer["address"] = address_in(payer.country)
    if session["mode"] == "subscription":
        customer["currency"] = session["currency"]
    activity.emit_updated(customer, before)


def _payment_status(session: Object, intent: Object | None) -> str:
    if intent and intent["status"] == "processing":
        return "unpaid"
    return "paid" if intent or session["amount_total"] else "no_payment_required"


def _wants_invoice(session: Object) -> bool:
    return bool(session["invoice_creation"] and session["invoice_creation"]["enabled"])


def invoice_session(activity: Activity, session: Object) -> None:
    """Make the invoice for a paid session, where the shop wants one."""
    if not _wants_invoice(session):
        return
    account = activity.account
    details, data = account.details_of(session["id"]), session["invoice_creation"]["invoice_data"]
    names = ("custom_fields", "description", "footer", "metadata")
    invoice = invoice_sale(
        activity,
        account.get("customer", session["customer"]),
        details["line_items"],
        {name: data[name] for name in names}
        | {"currency": session["currency"], "discounts": list(details["discounts"])},
        intent_of(account, session, "payment_intent"),
    )
    session["invoice"] = invoice["id"]

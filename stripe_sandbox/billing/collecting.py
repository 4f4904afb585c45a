"""Finalize invoices and collect what they ask for: at once, again later, or not at all."""

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.agenda import job
from stripe_sandbox.billing import jobs
from stripe_sandbox.billing.invoicing import balance_after, lines_of, put_lines
from stripe_sandbox.billing.pending_updates import cancel_payments
from stripe_sandbox.billing.standing import note_failure, note_payment
from stripe_sandbox.errors import StripeError, invalid_request
from stripe_sandbox.payments.after_payment import after_payment
from stripe_sandbox.payments.cards import card_of
from stripe_sandbox.payments.charging import is_set_up, pay_intent
from stripe_sandbox.resources.invoice_objects import new_invoice_payment, subscription_of
from stripe_sandbox.resources.payment_intents import new_payment_intent
from stripe_sandbox.resources.subscription_objects import method_of

# How long a renewal's invoice stays a draft that can still be changed.
DRAFT_TIME = 3600
DAY = 24 * 3600
# In these states an invoice can be paid.
PAYABLE = ("open", "uncollectible")


def finalize_invoice(activity: Activity, invoice: Object, *, paid_by: Object | None = None) -> None:
    """Close a draft: give it a number, settle balances, and make the intent that pays it.

    An invoice that asks for nothing is paid with this.

    Args:
        paid_by: an intent that has succeeded for the invoice's amount, and pays it.
    """
    account, now = activity.account, activity.now(invoice)
    customer = account.get("customer", invoice["customer"])
    # Another invoice may have used the balance since the draft was made.
    put_lines(account, invoice, lines_of(account, invoice))
    address = f"{activity.account.base_url}/i/{invoice['id']}"
    invoice |= {
        "automatically_finalizes_at": None,
        "effective_at": now,
        "ending_balance": balance_after(invoice),
        "hosted_invoice_url": address,
        "invoice_pdf": f"{address}/pdf",
        "number": f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04}",
        "status": "open",
        "status_transitions": invoice["status_transitions"] | {"finalized_at": now},
    }
    before = dict(customer)
    customer["next_invoice_sequence"] += 1
    customer["balance"] = invoice["ending_balance"]
    activity.emit("invoice.finalized", invoice)
    if customer["balance"] != before["balance"]:
        activity.emit_updated(customer, before)
    if not invoice["amount_due"]:
        _mark_paid(activity, invoice, 0)
    elif paid_by:
        activity.account.details_of(paid_by["id"])["invoice"] = invoice["id"]
        _add_payment(activity, invoice, paid_by)
        note_paid(activity, invoice, paid_by)
    else:
        _make_intent(activity, invoice)


def _make_intent(activity: Activity, invoice: Object) -> None:
    wishes = {
        "description": "Subscription update" if invoice["parent"] else "Payment for invoice",
        "setup_future_usage": "off_session" if invoice["parent"] else None,
    }
    now = activity.now(invoice)
    intent = activity.account.add(
        new_payment_intent(invoice["amount_due"], invoice["currency"], wishes, now)
    )
    intent["customer"] = invoice["customer"]
    details = activity.account.details_of(intent["id"])
    details |= {"invoice": invoice["id"], "return_url": invoice["hosted_invoice_url"]}
    _add_payment(activity, invoice, intent)
    activity.emit("payment_intent.created", intent)


def _add_payment(activity: Activity, invoice: Object, intent: Object) -> None:
    account = activity.account
    payment = account.add(new_invoice_payment(invoice, intent, activity.now(invoice)))
    account.details_of(invoice["id"]).setdefault("payments", []).append(payment["id"])


def collect_invoice(
    activity: Activity, invoice: Object, method: Object | None = None, *, by_hand: bool = False
) -> None:
    """Try to have an open invoice paid; afterwards it is paid, or its payment waits for 3-D Secure.

    Args:
        method: pays this time; none means the one kept for the subscription or customer.
        by_hand: somebody asked for this try. The plan of retries goes on without regard to
            it, unless it is the first.

    Raises:
        StripeError: 402 declined, 400 nothing to charge; the failure is noted on the invoice
            and its subscription, and the next try is planned.
    """
    method = method or kept_method(activity.account, invoice)
    intent = intent_of(activity.account, invoice)
    counts = _count_try(invoice, by_hand=by_hand)
    if method is None:
        note_unpaid(activity, invoice, counts=counts)
        raise no_method()
    try:
        pay_intent(activity, intent, method)
    except StripeError:
        note_unpaid(activity, invoice, counts=counts)
        raise
    if intent["status"] == "succeeded":
        note_paid(activity, invoice, intent)
    else:
        activity.emit("invoice.payment_action_required", invoice)
        note_unpaid(activity, invoice, counts=counts)


def _count_try(invoice: Object, *, by_hand: bool) -> bool:
    """Note that payment is tried; return whether the try counts in the plan of retries."""
    counts = not by_hand or invoice["attempt_count"] == 0
    invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + int(counts)}
    return counts


@after_payment
def continue_invoice(activity: Activity, intent: Object) -> None:
    """Let an intent that was tried on its own pay its invoice, or note that it did not."""
    invoice_id = activity.account.details_of(intent["id"]).get("invoice", "")
    invoice = activity.account.of_kind("invoice").get(invoice_id)
    if invoice is None or invoice["status"] not in PAYABLE:
        return
    counts = _count_try(invoice, by_hand=True)
    if intent["status"] == "succeeded":
        note_paid(activity, invoice, intent)
    else:
        note_unpaid(activity, invoice, counts=counts)


def expected_refusal(account: Account, subscription: Object) -> StripeError | None:
    """Return how a charge would be refused now, without trying; none if it would be paid."""
    method = method_of(account, subscription, subscription["customer"])
    if method is None:
        return no_method()
    card = card_of(account, method)
    if card.asks(is_set_up=is_set_up(account, method)):
        card = card.refusing_authentication()
    return card.refusal(payment_method=dict(method)) if card.behaviour == "declines" else None


def no_method() -> StripeError:
    """Return the refusal for a customer who has nothing to be charged."""
    return invalid_request(
        "This customer has no payment method to charge. Attach one and make it the default, "
        "or send it with the request.",
        code="resource_missing",
    )


def collect_quietly(activity: Activity, invoice: Object) -> None:
    """Try to have an invoice paid when nobody waits for the answer."""
    try:
        collect_invoice(activity, invoice)
    except StripeError:
        return  # told by events, and the next try is planned


def note_paid(activity: Activity, invoice: Object, intent: Object) -> None:
    """Let an intent that succeeded pay its invoice."""
    now = activity.now(invoice)
    for payment in payments_of(activity.account, invoice):
        if payment["payment"]["payment_intent"] == intent["id"]:
            payment |= {
                "amount_paid": intent["amount"],
                "status": "paid",
                "status_transitions": payment["status_transitions"] | {"paid_at": now},
            }
            delay = activity.account.switches.invoice_payment_delay
            activity.plan_soon(delay, jobs.TELL_PAYMENT, payment)
    _mark_paid(activity, invoice, intent["amount"], intent["payment_method"])


def note_unpaid(activity: Activity, invoice: Object, *, counts: bool = True) -> None:
    """Note a try that failed, plan the next one, and tell what follows from it.

    Args:
        counts: it is a try of the plan; otherwise what is planned stays planned.
    """
    if not counts:
        activity.emit("invoice.payment_failed", invoice)
        return
    delay = _next_delay(activity.account, invoice)
    subscription = subscription_of(activity.account, invoice)
    dunned = _is_dunned(invoice, subscription)
    if dunned and delay is not None:
        invoice["next_payment_attempt"] = activity.now(invoice) + delay
        activity.plan_in(delay, jobs.COLLECT_AGAIN, invoice)
    else:
        invoice["next_payment_attempt"] = None
    activity.emit("invoice.payment_failed", invoice)
    if subscription:
        note_failure(activity, subscription, last=dunned and delay is None)


def _is_dunned(invoice: Object, subscription: Object | None) -> bool:
    """Tell whether an invoice is tried again by itself: not a first one, nor a pending change."""
    return (
        invoice["auto_advance"]
        and invoice["collection_method"] == "charge_automatically"
        and invoice["billing_reason"] != "subscription_create"
        and not (subscription and subscription["pending_update"])
    )


def _next_delay(account: Account, invoice: Object) -> int | None:
    days = account.switches.dunning_days
    tried = invoice["attempt_count"]
    return int(days[tried - 1] * DAY) if 0 < tried <= len(days) else None


def mark_paid_elsewhere(activity: Activity, invoice: Object) -> None:
    """Note that an invoice was paid outside of Stripe."""
    cancel_payments(activity, invoice, None)
    invoice["amount_paid_off_stripe"] = invoice["amount_due"]
    _mark_paid(activity, invoice, invoice["amount_due"])


def _mark_paid(
    activity: Activity, invoice: Object, amount: int, method_id: str | None = None
) -> None:
    invoice |= {
        "amount_paid": amount,
        "amount_remaining": 0,
        "attempted": True,
        "auto_advance": False,
        "next_payment_attempt": None,
        "status": "paid",
        "status_transitions": invoice["status_transitions"] | {"paid_at": activity.now(invoice)},
    }
    activity.emit("invoice.paid", invoice)
    activity.emit("invoice.payment_succeeded", invoice)
    subscription = subscription_of(activity.account, invoice)
    if subscription:
        note_payment(activity, subscription, invoice, method_id)


def intent_of(account: Account, invoice: Object) -> Object:
    """Return the intent that is to pay an open invoice."""
    payment = payments_of(account, invoice)[-1]
    return account.get("payment_intent", payment["payment"]["payment_intent"])


def payments_of(account: Account, invoice: Object) -> list[Object]:
    """Return an invoice's payments, oldest first."""
    ids: list[str] = account.details_of(invoice["id"]).get("payments", [])
    return [account.get("invoice_payment", payment_id) for payment_id in ids]


def kept_method(account: Account, invoice: Object) -> Object | None:
    """Return the payment method that an invoice is charged to when none is named."""
    own = account.of_kind("payment_method").get(invoice["default_payment_method"] or "")
    if own and own["customer"] == invoice["customer"]:
        return own
    return method_of(account, subscription_of(account, invoice), invoice["customer"])


@job(jobs.FINALIZE)
def finalize_on_time(activity: Activity, invoice_id: str) -> None:
    """Finalize a draft whose time is over, and collect it."""
    invoice = activity.account.of_kind("invoice").get(invoice_id)
    if invoice is None or invoice["status"] != "draft" or not invoice["auto_advance"]:
        return
    due = invoice["automatically_finalizes_at"]
    if due is None or due > activity.now(invoice):
        return
    finalize_invoice(activity, invoice)
    if invoice["status"] == "open" and invoice["collection_method"] == "send_invoice":
        activity.emit("invoice.sent", invoice)
    elif invoice["status"] == "open":
        collect_quietly(activity, invoice)


@job(jobs.COLLECT_AGAIN)
def retry_on_time(activity: Activity, invoice_id: str) -> None:
    """Try an open invoice again, if this is the try it waits for."""
    invoice = activity.account.of_kind("invoice").get(invoice_id)
    due = invoice and invoice["status"] == "open" and invoice["next_payment_attempt"]
    if invoice and due and due <= activity.now(invoice):
        collect_quietly(activity, invoice)


@job(jobs.TELL_PAYMENT)
def tell_payment(activity: Activity, payment_id: str) -> None:
    """Tell which intent paid an invoice; real accounts hear of it seconds later."""
    payment = activity.account.of_kind("invoice_payment").get(payment_id)
    if payment:
        activity.emit("invoice_payment.paid", payment)

"""Give an invoice up, and let that take effect on its subscription."""

from stripe_sandbox.accounts import Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.billing.pending_updates import give_up_pending_update, void_invoice
from stripe_sandbox.billing.standing import open_invoices, set_status
from stripe_sandbox.billing.starting import expire_incomplete
from stripe_sandbox.resources.invoice_objects import subscription_of


def give_up_invoice(activity: Activity, invoice: Object, *, void: bool) -> None:
    """Declare an invoice void, or uncollectible; its subscription waits for it no more.

    Args:
        void: nobody owes it any more; otherwise it is still owed, and can be paid.
    """
    if void:
        void_invoice(activity, invoice)
    else:
        _mark_uncollectible(activity, invoice)
    subscription = subscription_of(activity.account, invoice)
    if subscription is None:
        return
    pending = activity.account.details_of(subscription["id"]).get("pending_invoice")
    if subscription["pending_update"] and pending == invoice["id"]:
        give_up_pending_update(activity, subscription)
    elif subscription["status"] == "incomplete":
        if void and subscription["latest_invoice"] == invoice["id"]:
            expire_incomplete(activity, subscription["id"])
    elif subscription["status"] in ("past_due", "unpaid"):
        newest = subscription["latest_invoice"] == invoice["id"]
        if newest or not open_invoices(activity.account, subscription):
            set_status(activity, subscription, "active")


def _mark_uncollectible(activity: Activity, invoice: Object) -> None:
    now = activity.now(invoice)
    invoice |= {
        "status": "uncollectible",
        "auto_advance": False,
        "next_payment_attempt": None,
        "status_transitions": invoice["status_transitions"] | {"marked_uncollectible_at": now},
    }
    activity.emit("invoice.marked_uncollectible", invoice)

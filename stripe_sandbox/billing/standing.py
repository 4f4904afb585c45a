"""What payment, or its want, does to a subscription; and how one ends."""

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.billing.pending_updates import apply_pending_update
from stripe_sandbox.resources.subscription_objects import is_live

OPEN_STATES = ("draft", "open")


def set_status(activity: Activity, subscription: Object, status: str) -> None:
    """Change a subscription's status, and tell if that changed anything."""
    before = dict(subscription)
    subscription["status"] = status
    activity.emit_updated(subscription, before)


def note_payment(activity: Activity, subscription: Object, invoice: Object) -> None:
    """Let a paid invoice take effect on its subscription."""
    if not is_live(subscription):
        return
    apply_pending_update(activity, subscription, invoice)
    waiting = subscription["status"] in ("incomplete", "past_due", "unpaid")
    newest = subscription["latest_invoice"] == invoice["id"]
    if waiting and (newest or not open_invoices(activity.account, subscription)):
        set_status(activity, subscription, "active")


def note_failure(activity: Activity, subscription: Object, *, last: bool) -> None:
    """Let an unpaid invoice take effect on its subscription.

    Args:
        last: nothing more will be tried; the account's ``dunning_end`` says what follows.
    """
    if not is_live(subscription) or subscription["status"] == "incomplete":
        return
    if not last:
        if subscription["status"] in ("active", "trialing") and not subscription["pending_update"]:
            set_status(activity, subscription, "past_due")
        return
    end = activity.account.switches.dunning_end
    if end == "cancel":
        end_subscription(activity, subscription, "payment_failed")
    else:
        set_status(activity, subscription, end)


def end_subscription(activity: Activity, subscription: Object, reason: str) -> None:
    """End a subscription now. Its open invoices stay open, but are collected no more."""
    now = activity.now(subscription)
    subscription |= {
        "status": "canceled",
        "ended_at": now,
        "canceled_at": subscription["canceled_at"] or now,
        "cancellation_details": subscription["cancellation_details"] | {"reason": reason},
        "pending_update": None,
    }
    for invoice in open_invoices(activity.account, subscription):
        invoice |= {"auto_advance": False, "next_payment_attempt": None}
    _end_schedule(activity, subscription)
    activity.emit("customer.subscription.deleted", subscription)


def _end_schedule(activity: Activity, subscription: Object) -> None:
    schedule = activity.account.of_kind("subscription_schedule").get(subscription["schedule"] or "")
    if schedule is not None and schedule["status"] == "active":
        schedule |= {
            "status": "canceled",
            "canceled_at": activity.now(schedule),
            "current_phase": None,
        }
        activity.emit("subscription_schedule.canceled", schedule)


def open_invoices(account: Account, subscription: Object) -> list[Object]:
    """Return a subscription's invoices that are neither paid nor given up, oldest first."""
    return [
        invoice
        for invoice in account.of_kind("invoice").values()
        if invoice["status"] in OPEN_STATES
        and invoice["parent"]
        and invoice["parent"]["subscription_details"]["subscription"] == subscription["id"]
    ]

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


def note_payment(
    activity: Activity, subscription: Object, invoice: Object, method_id: str | None = None
) -> None:
    """Let a paid invoice take effect on its subscription.

    Args:
        method_id: the payment method that paid, which the subscription may want to keep.
    """
    if not is_live(subscription):
        return
    apply_pending_update(activity, subscription, invoice)
    before = dict(subscription)
    if method_id and subscription["payment_settings"]["save_default_payment_method"] != "off":
        subscription["default_payment_method"] = method_id
    waiting = subscription["status"] in ("incomplete", "past_due", "unpaid")
    newest = subscription["latest_invoice"] == invoice["id"]
    if waiting and (newest or not open_invoices(activity.account, subscription)):
        subscription["status"] = "active"
    activity.emit_updated(subscription, before)


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
    end_schedule(activity, subscription, aborted=reason == "payment_failed")
    activity.emit("customer.subscription.deleted", subscription)


def end_schedule(activity: Activity, subscription: Object, *, aborted: bool = False) -> None:
    """End the schedule of a subscription that has ended; by its own wish, it is completed then.

    Args:
        aborted: the subscription ended since it was not paid for.
    """
    schedule = activity.account.of_kind("subscription_schedule").get(subscription["schedule"] or "")
    if schedule is None or schedule["status"] != "active":
        return
    now = activity.now(schedule)
    planned = schedule["end_behavior"] == "cancel" and schedule["phases"][-1]["end_date"] <= now
    status = "completed" if planned and not aborted else "canceled"
    schedule |= {"status": status, f"{status}_at": now, "current_phase": None}
    activity.emit(f"subscription_schedule.{'aborted' if aborted else status}", schedule)


def open_invoices(account: Account, subscription: Object) -> list[Object]:
    """Return a subscription's invoices that are neither paid nor given up, oldest first."""
    return [
        invoice
        for invoice in account.of_kind("invoice").values()
        if invoice["status"] in OPEN_STATES
        and invoice["parent"]
        and invoice["parent"]["subscription_details"]["subscription"] == subscription["id"]
    ]

"""End a subscription because its customer or its shop wants to: now, with its period, or not."""

from stripe_sandbox.accounts import Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.billing.changing import bill_pending, unused_time
from stripe_sandbox.billing.collecting import collect_quietly
from stripe_sandbox.billing.invoicing import pending_items
from stripe_sandbox.billing.renewing import plan_cancellation
from stripe_sandbox.billing.standing import end_subscription
from stripe_sandbox.resources.subscription_settings import put_cancellation


def end_now(
    activity: Activity, subscription: Object, details: Object, *, prorates: bool, invoices: bool
) -> None:
    """End a subscription now.

    Args:
        details: ``comment`` and ``feedback``, as far as they were given.
        prorates: credit what is left of a period that was paid for.
        invoices: bill what is pending, if anything is.
    """
    subscription["cancellation_details"] = subscription["cancellation_details"] | details
    if prorates and subscription["status"] != "trialing":
        for credit in unused_time(activity.account, subscription, activity.now(subscription)):
            activity.account.add(credit)
            activity.emit("invoiceitem.created", credit)
    end_subscription(activity, subscription, "cancellation_requested")
    if invoices and pending_items(activity.account, subscription["customer"], subscription):
        invoice = bill_pending(activity, subscription, activity.now(subscription))
        if invoice["status"] == "open":
            collect_quietly(activity, invoice)


def end_with_period(activity: Activity, subscription: Object, details: Object) -> None:
    """Let a subscription end with its period, as the portal does in flexible billing mode.

    That is by its moment: ``cancel_at_period_end``, which the API sets, stays false.
    """
    before = dict(subscription)
    wishes = {"cancel_at": "min_period_end", "cancellation_details": details}
    put_cancellation(subscription, wishes, activity.now(subscription))
    activity.emit_updated(subscription, before)
    plan_cancellation(activity, subscription)


def keep_going(activity: Activity, subscription: Object) -> None:
    """Take back that a subscription shall end."""
    before = dict(subscription)
    put_cancellation(subscription, {"cancel_at": None}, activity.now(subscription))
    activity.emit_updated(subscription, before)

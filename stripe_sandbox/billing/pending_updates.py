"""Changes of a subscription that wait for their invoice to be paid."""

from typing import Any

from stripe_sandbox.accounts import Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.agenda import job
from stripe_sandbox.billing import jobs
from stripe_sandbox.resources.subscription_objects import period_of, put_items

# Stripe gives a day, less an hour.
PATIENCE = 23 * 3600


def keep_pending_update(
    activity: Activity, subscription: Object, invoice: Object, items: list[Object], anchor: int
) -> None:
    """Keep a change that could not be paid at once.

    Args:
        items: the items as they shall become.
        anchor: the billing cycle anchor as it shall become.
    """
    before = dict(subscription)
    moved = anchor != subscription["billing_cycle_anchor"]
    subscription["pending_update"] = {
        "billing_cycle_anchor": anchor if moved else None,
        "discount": None,
        "discounts": None,
        "expires_at": activity.now(subscription) + PATIENCE,
        "metadata": None,
        "subscription_items": items,
        "trial_end": None,
        "trial_from_plan": None,
    }
    activity.account.details_of(subscription["id"])["pending_invoice"] = invoice["id"]
    activity.emit_updated(subscription, before)
    activity.plan_in(PATIENCE, jobs.EXPIRE_PENDING_UPDATE, subscription)


def apply_pending_update(activity: Activity, subscription: Object, invoice: Object) -> None:
    """Make a kept change, if this invoice is the one it waits for."""
    details = activity.account.details_of(subscription["id"])
    waiting: Any = subscription["pending_update"]
    if waiting is None or details.get("pending_invoice") != invoice["id"]:
        return
    before = dict(subscription)
    del details["pending_invoice"]
    put_items(subscription, waiting["subscription_items"])
    anchor = waiting["billing_cycle_anchor"] or subscription["billing_cycle_anchor"]
    subscription |= {"pending_update": None, "billing_cycle_anchor": anchor}
    activity.plan(period_of(subscription)[1], jobs.RENEW, subscription)
    activity.emit_updated(subscription, before)
    activity.emit("customer.subscription.pending_update_applied", subscription)


@job(jobs.EXPIRE_PENDING_UPDATE)
def expire_pending_update(activity: Activity, subscription_id: str) -> None:
    """Give up a change that was not paid for in time, and void its invoice."""
    account = activity.account
    subscription = account.of_kind("subscription").get(subscription_id)
    waiting: Any = subscription and subscription["pending_update"]
    if subscription is None or not waiting or waiting["expires_at"] > activity.now(subscription):
        return
    before = dict(subscription)
    drop_pending_update(activity, subscription)
    activity.emit_updated(subscription, before)
    activity.emit("customer.subscription.pending_update_expired", subscription)


def drop_pending_update(activity: Activity, subscription: Object) -> None:
    """Forget a kept change, if there is one, and void its invoice; telling is the caller's."""
    if subscription["pending_update"]:
        account = activity.account
        subscription["pending_update"] = None
        invoice_id = account.details_of(subscription["id"]).pop("pending_invoice")
        void_invoice(activity, account.get("invoice", invoice_id))


def void_invoice(activity: Activity, invoice: Object) -> None:
    """Declare an open invoice void: nobody owes it any more."""
    invoice |= {
        "status": "void",
        "auto_advance": False,
        "next_payment_attempt": None,
        "status_transitions": invoice["status_transitions"] | {"voided_at": activity.now(invoice)},
    }
    for payment in activity.account.of_kind("invoice_payment").values():
        if payment["invoice"] == invoice["id"] and payment["status"] == "open":
            _cancel_payment(activity, payment)
    activity.emit("invoice.voided", invoice)


def _cancel_payment(activity: Activity, payment: Object) -> None:
    now = activity.now(payment)
    payment |= {
        "status": "canceled",
        "status_transitions": payment["status_transitions"] | {"canceled_at": now},
    }
    intent = activity.account.get("payment_intent", payment["payment"]["payment_intent"])
    if intent["status"] in ("requires_payment_method", "requires_action", "requires_confirmation"):
        intent |= {"status": "canceled", "canceled_at": now, "cancellation_reason": "void_invoice"}
        intent["next_action"] = None
        activity.emit("payment_intent.canceled", intent)

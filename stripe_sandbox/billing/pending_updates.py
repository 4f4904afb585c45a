"""Changes of a subscription that wait for their invoice to be paid."""

from typing import Any

from stripe_sandbox.accounts import Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.agenda import job
from stripe_sandbox.billing import jobs
from stripe_sandbox.billing.phases import follow_items
from stripe_sandbox.resources.subscription_objects import items_of, period_of, put_items

# Stripe gives a day, less an hour.
PATIENCE = 23 * 3600


def keep_pending_update(
    activity: Activity, subscription: Object, invoice: Object, after: Object
) -> None:
    """Keep a change that could not be paid at once.

    Args:
        after: the subscription as it shall become; its items, its billing cycle anchor and the
            end of its trial are kept.
    """
    before = dict(subscription)
    changed = {
        name: after[name] if after[name] != subscription[name] else None
        for name in ("billing_cycle_anchor", "trial_end")
    }
    subscription["pending_update"] = {
        "billing_cycle_anchor": changed["billing_cycle_anchor"],
        "discount": None,
        "discounts": None,
        "expires_at": activity.now(subscription) + PATIENCE,
        "metadata": None,
        "subscription_items": items_of(after),
        "trial_end": changed["trial_end"],
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
    if waiting["trial_end"]:  # the change ended the trial
        subscription |= {"status": "active", "trial_end": waiting["trial_end"]}
    activity.plan(period_of(subscription)[1], jobs.RENEW, subscription)
    activity.emit_updated(subscription, before)
    follow_items(activity, subscription)
    activity.emit("customer.subscription.pending_update_applied", subscription)


@job(jobs.EXPIRE_PENDING_UPDATE)
def expire_pending_update(activity: Activity, subscription_id: str) -> None:
    """Give up a change that was not paid for in time, and void its invoice."""
    subscription = activity.account.of_kind("subscription").get(subscription_id)
    waiting: Any = subscription and subscription["pending_update"]
    if subscription and waiting and waiting["expires_at"] <= activity.now(subscription):
        give_up_pending_update(activity, subscription)


def give_up_pending_update(activity: Activity, subscription: Object) -> None:
    """Forget a kept change, void its invoice if it is still open, and tell."""
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
        invoice = account.get("invoice", invoice_id)
        if invoice["status"] == "open":
            void_invoice(activity, invoice)


def void_invoice(activity: Activity, invoice: Object) -> None:
    """Declare an open invoice void: nobody owes it any more.

    What it took from the customer's balance, or put there, is undone.
    """
    invoice |= {
        "status": "void",
        "auto_advance": False,
        "next_payment_attempt": None,
        "status_transitions": invoice["status_transitions"] | {"voided_at": activity.now(invoice)},
    }
    cancel_payments(activity, invoice, "void_invoice")
    activity.emit("invoice.voided", invoice)
    customer = activity.account.of_kind("customer").get(invoice["customer"])
    moved = invoice["ending_balance"] - invoice["starting_balance"]
    if moved and customer and not customer.get("deleted"):
        before = dict(customer)
        customer["balance"] -= moved
        activity.emit_updated(customer, before)


def cancel_payments(activity: Activity, invoice: Object, reason: str | None) -> None:
    """Cancel what was to pay an invoice that is not to be paid so any more.

    Args:
        reason: the canceled intent's ``cancellation_reason``.
    """
    for payment in activity.account.of_kind("invoice_payment").values():
        if payment["invoice"] == invoice["id"] and payment["status"] == "open":
            _cancel_payment(activity, payment, reason)


def _cancel_payment(activity: Activity, payment: Object, reason: str | None) -> None:
    now = activity.now(payment)
    payment |= {
        "status": "canceled",
        "status_transitions": payment["status_transitions"] | {"canceled_at": now},
    }
    intent = activity.account.get("payment_intent", payment["payment"]["payment_intent"])
    if intent["status"] in ("requires_payment_method", "requires_action", "requires_confirmation"):
        intent |= {"status": "canceled", "canceled_at": now, "cancellation_reason": reason}
        intent["next_action"] = None
        activity.emit("payment_intent.canceled", intent)

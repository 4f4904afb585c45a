"""What happens at the end of a subscription's period: renew it, or let it end."""

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.agenda import job
from stripe_sandbox.billing import jobs
from stripe_sandbox.billing.collecting import (
    DAY,
    DRAFT_TIME,
    collect_quietly,
    finalize_invoice,
)
from stripe_sandbox.billing.invoicing import (
    bill_items,
    cycle_lines,
    described,
    draft_invoice,
    item_lines,
    pending_items,
)
from stripe_sandbox.billing.periods import period_around
from stripe_sandbox.billing.phase_changes import enter_due_phase
from stripe_sandbox.billing.previewing import upcoming_invoice
from stripe_sandbox.billing.standing import end_subscription, set_status
from stripe_sandbox.billing.subscription_discounts import (
    drop_ended_discounts,
    drop_used_discounts,
)
from stripe_sandbox.resources.subscription_objects import (
    is_live,
    items_of,
    method_of,
    period_of,
    put_items,
    rhythm_of,
)

TRIAL_NOTICE = 3 * DAY


def plan_period(activity: Activity, subscription: Object) -> None:
    """Plan what is due at the end of the current period, and the notice before it.

    Plans made for a period that was moved since find nothing to do.
    """
    start, end = period_of(subscription)
    activity.plan(end, jobs.RENEW, subscription)
    notice = end - int(activity.account.switches.upcoming_days * DAY)
    if notice > start:
        activity.plan(notice, jobs.TELL_UPCOMING, subscription)
    if subscription["status"] == "trialing":
        activity.plan(max(start, end - TRIAL_NOTICE), jobs.TELL_END_OF_TRIAL, subscription)


@job(jobs.RENEW)
def renew_on_time(activity: Activity, subscription_id: str) -> None:
    """Renew a subscription whose period is over."""
    subscription = activity.account.of_kind("subscription").get(subscription_id)
    if subscription is None or not is_live(subscription):
        return
    if subscription["status"] in ("incomplete", "paused"):
        return
    if period_of(subscription)[1] <= activity.now(subscription):
        renew_subscription(activity, subscription)


def renew_subscription(
    activity: Activity, subscription: Object, *, before: Object | None = None
) -> None:
    """Begin the next period, or end the subscription if that is wanted.

    Args:
        before: how it was before the caller moved the end of the period to now; its invoice is
            finalized at once then, not after the hour in which it can be changed.
    """
    now = activity.now(subscription)
    if subscription["cancel_at"] is not None and subscription["cancel_at"] <= now:
        end_subscription(activity, subscription, "cancellation_requested")
        return
    if not _can_leave_trial(activity, subscription):
        return
    at_once, old = before is not None, dict(subscription)
    enter_due_phase(activity, subscription)
    if not is_live(subscription):
        return
    put_items(subscription, items_of(subscription), _next_period(subscription, old))
    if subscription["status"] == "trialing":
        subscription["status"] = "active"
    activity.emit_updated(subscription, before or old)
    _bill(activity, subscription, period_of(old), at_once=at_once)
    plan_period(activity, subscription)


def _next_period(subscription: Object, old: Object) -> tuple[int, int]:
    """Return the period after the last one; in a new rhythm it counts from there."""
    end = period_of(old)[1]
    if rhythm_of(subscription) != rhythm_of(old):
        subscription["billing_cycle_anchor"] = end
    return period_around(subscription["billing_cycle_anchor"], rhythm_of(subscription), end)


def _can_leave_trial(activity: Activity, subscription: Object) -> bool:
    """Let a trial without a payment method end as its settings say; return whether it goes on."""
    if subscription["status"] != "trialing":
        return True
    settings = subscription["trial_settings"] or {}
    wish = (settings.get("end_behavior") or {}).get("missing_payment_method", "create_invoice")
    method = method_of(activity.account, subscription, subscription["customer"])
    if method is not None or wish == "create_invoice":
        return True
    if wish == "cancel":
        end_subscription(activity, subscription, "payment_failed")
    else:
        set_status(activity, subscription, "paused")
        activity.emit("customer.subscription.paused", subscription)
    return False


def _bill(
    activity: Activity, subscription: Object, old_period: tuple[int, int], *, at_once: bool
) -> None:
    account, now = activity.account, activity.now(subscription)
    customer = account.get("customer", subscription["customer"])
    pending = pending_items(account, customer["id"], subscription)
    lines = described(account, cycle_lines(subscription))
    given_up = subscription["status"] == "unpaid"
    planned = None if given_up or at_once else now + DRAFT_TIME
    terms = {
        "auto_advance": not given_up,
        "automatically_finalizes_at": planned,
        "billing_reason": "subscription_cycle",
        "next_payment_attempt": planned,
        "period_end": old_period[1],
        "period_start": old_period[0],
    }
    drop_ended_discounts(activity, subscription)
    invoice = draft_invoice(
        activity, customer, item_lines(account, pending) + lines, terms, subscription
    )
    bill_items(pending, invoice)
    drop_used_discounts(activity, subscription)
    if at_once:
        finalize_invoice(activity, invoice)
        if invoice["status"] == "open":
            collect_quietly(activity, invoice)
    elif planned:
        activity.plan(planned, jobs.FINALIZE, invoice)


@job(jobs.TELL_UPCOMING)
def tell_upcoming(activity: Activity, subscription_id: str) -> None:
    """Tell some days ahead what the renewal will cost; the invoice has no id yet."""
    subscription = activity.account.of_kind("subscription").get(subscription_id)
    if subscription is None or not _will_renew(activity.account, subscription):
        return
    notice = activity.account.switches.upcoming_days * DAY
    if period_of(subscription)[1] - activity.now(subscription) > notice:
        return
    preview = upcoming_invoice(activity.account, subscription, activity.now(subscription))
    activity.emit("invoice.upcoming", {k: v for k, v in preview.items() if k != "id"})


def _will_renew(account: Account, subscription: Object) -> bool:
    end = subscription["cancel_at"]
    leaving = end is not None and end <= period_of(subscription)[1]
    return subscription["status"] in ("active", "trialing", "past_due") and not leaving


def plan_cancellation(activity: Activity, subscription: Object) -> None:
    """Plan the end of a subscription, if one is chosen for it."""
    if subscription["cancel_at"] is not None:
        activity.plan(subscription["cancel_at"], jobs.CANCEL, subscription)


@job(jobs.CANCEL)
def cancel_on_time(activity: Activity, subscription_id: str) -> None:
    """End a subscription at the moment that was chosen for it."""
    subscription = activity.account.of_kind("subscription").get(subscription_id)
    if subscription is None or not is_live(subscription):
        return
    chosen = subscription["cancel_at"]
    if chosen is not None and chosen <= activity.now(subscription):
        end_subscription(activity, subscription, "cancellation_requested")

"""Trials: tell of their end, move it, and let a paused subscription go on."""

from stripe_sandbox.accounts import Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.agenda import job
from stripe_sandbox.billing import jobs
from stripe_sandbox.billing.renewing import plan_period, renew_subscription
from stripe_sandbox.resources.subscription_objects import items_of, period_of, put_items


@job(jobs.TELL_END_OF_TRIAL)
def tell_end_of_trial(activity: Activity, subscription_id: str) -> None:
    """Tell three days before a trial ends, or when it was made shorter than that."""
    subscription = activity.account.of_kind("subscription").get(subscription_id)
    if subscription and subscription["status"] == "trialing":
        activity.emit("customer.subscription.trial_will_end", subscription)


def end_trial_now(activity: Activity, subscription: Object) -> None:
    """End a trial; the first paid period begins now, and is billed at once."""
    before, now = dict(subscription), activity.now(subscription)
    _move_end(subscription, now)
    renew_subscription(activity, subscription, before=before)


def extend_trial(activity: Activity, subscription: Object, moment: int) -> None:
    """Move the end of a trial, sooner or later."""
    before = dict(subscription)
    _move_end(subscription, moment)
    activity.emit_updated(subscription, before)
    plan_period(activity, subscription)


def _move_end(subscription: Object, moment: int) -> None:
    start = period_of(subscription)[0]
    put_items(subscription, items_of(subscription), (start, moment))
    subscription |= {"billing_cycle_anchor": moment, "trial_end": moment}


def resume_subscription(activity: Activity, subscription: Object) -> None:
    """Let a paused subscription go on, in a new period that is billed at once."""
    before, now = dict(subscription), activity.now(subscription)
    put_items(subscription, items_of(subscription), (period_of(subscription)[0], now))
    subscription |= {"billing_cycle_anchor": now, "status": "active"}
    renew_subscription(activity, subscription, before=before)
    activity.emit("customer.subscription.resumed", subscription)

"""Subscription schedules: begin one, change it, and enter its phases when their time has come."""

from typing import Any

from stripe_sandbox.accounts import Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.agenda import job
from stripe_sandbox.billing import jobs
from stripe_sandbox.billing.changing import change_subscription, plan_change
from stripe_sandbox.billing.pending_updates import drop_pending_update
from stripe_sandbox.billing.phase_changes import (
    begin_phase,
    finish_schedule,
    put_metadata,
    put_phase_discounts,
)
from stripe_sandbox.billing.phases import current, is_current, phase_at, phase_items
from stripe_sandbox.billing.renewing import plan_cancellation
from stripe_sandbox.billing.starting import Wanted, build_subscription, start_subscription
from stripe_sandbox.resources.schedule_objects import new_phase, new_schedule, phase_item
from stripe_sandbox.resources.subscription_objects import is_live, items_of, period_of
from stripe_sandbox.resources.subscription_settings import put_cancellation

# What a schedule's default settings set on its subscription.
SETTINGS = ("collection_method", "default_payment_method", "description")


def take_over(activity: Activity, subscription: Object) -> Object:
    """Return a new schedule that manages a subscription from its current period on."""
    account, end = activity.account, subscription["cancel_at"]
    customer = account.get("customer", subscription["customer"])
    start, period_end = period_of(subscription)
    items = [
        phase_item(item["price"]["id"], item["quantity"], item["metadata"])
        for item in items_of(subscription)
    ]
    discounts = [{"discount": discount_id} for discount_id in subscription["discounts"]]
    period, more = (start, end or period_end), {"discounts": discounts}
    phase = new_phase(items, subscription["currency"], period, more)
    terms = {
        "default_settings": {name: subscription[name] for name in SETTINGS},
        "end_behavior": "release" if end is None else "cancel",
    }
    schedule = account.add(new_schedule(customer, [phase], terms, activity.now(customer)))
    _activate(activity, schedule, subscription)
    activity.emit("subscription_schedule.created", schedule)
    before = dict(subscription)
    subscription["schedule"] = schedule["id"]
    activity.emit_updated(subscription, before)
    return schedule


def open_schedule(
    activity: Activity, customer: Object, phases: list[Object], terms: Object
) -> Object:
    """Return a new schedule, which makes its subscription when its first phase begins.

    Args:
        terms: ``default_settings``, ``end_behavior`` and ``metadata`` as far as they were sent.
    """
    now = activity.now(customer)
    schedule = activity.account.add(new_schedule(customer, phases, terms, now))
    if phases[0]["start_date"] <= now:
        start_schedule(activity, schedule, None)
    else:
        activity.emit("subscription_schedule.created", schedule)
        activity.plan(phases[0]["start_date"], jobs.START_SCHEDULE, schedule)
    return schedule


@job(jobs.START_SCHEDULE)
def start_on_time(activity: Activity, schedule_id: str) -> None:
    """Begin a schedule, unless it was moved or ended since."""
    schedule = activity.account.of_kind("subscription_schedule").get(schedule_id)
    if schedule is None or schedule["status"] != "not_started":
        return
    customer = activity.account.of_kind("customer").get(schedule["customer"]) or {"deleted": True}
    if customer.get("deleted"):
        cancel_unstarted(activity, schedule)
    elif schedule["phases"][0]["start_date"] <= activity.now(schedule):
        start_schedule(activity, schedule, dict(schedule))


def start_schedule(activity: Activity, schedule: Object, before: Object | None) -> None:
    """Make a schedule's subscription as its first phase wants it, and tell of both.

    Args:
        before: the schedule as it was; none when it is new.
    """
    account, phase = activity.account, schedule["phases"][0]
    customer = account.get("customer", schedule["customer"])
    wanted = [
        Wanted(account.get("price", each["price"]), each["quantity"], each["metadata"])
        for each in phase["items"]
    ]
    wishes = {name: schedule["default_settings"][name] for name in SETTINGS}
    wishes["metadata"] = phase["metadata"]
    subscription = build_subscription(activity, customer, wanted, wishes)
    subscription["schedule"] = schedule["id"]
    _activate(activity, schedule, subscription)
    if before is None:
        activity.emit("subscription_schedule.created", schedule)
    else:
        activity.emit_updated(schedule, before)
    put_phase_discounts(activity, subscription, phase)
    _put_end(activity, schedule, subscription)
    start_subscription(activity, subscription)
    plan_cancellation(activity, subscription)


def _activate(activity: Activity, schedule: Object, subscription: Object) -> None:
    schedule |= {
        "current_phase": current(schedule["phases"][0]),
        "status": "active",
        "subscription": subscription["id"],
    }
    _plan_phases(activity, schedule)


def _plan_phases(activity: Activity, schedule: Object) -> None:
    """Plan the ends of the phases; plans made before for other ends find nothing to do."""
    for phase in schedule["phases"]:
        if phase["end_date"] > activity.now(schedule):
            activity.plan(phase["end_date"], jobs.ENTER_PHASE, schedule)


def _put_end(activity: Activity, schedule: Object, subscription: Object) -> None:
    """Let a subscription end with its schedule, or not, as the schedule says."""
    now, last = activity.now(schedule), schedule["phases"][-1]["end_date"]
    end = last if schedule["end_behavior"] == "cancel" else None
    if subscription["cancel_at"] != end and (end is None or end > now):
        put_cancellation(subscription, {"cancel_at": end}, now)


def change_schedule(
    activity: Activity, schedule: Object, changes: Object, proration_behavior: str
) -> None:
    """Change a schedule, and its subscription if that is in a phase that changes.

    Args:
        changes: attributes as they shall become.
        proration_behavior: of a change of the current phase.
    """
    before = dict(schedule)
    schedule |= changes
    if schedule["status"] == "not_started":
        _change_start(activity, schedule, before)
        return
    [phase] = [each for each in schedule["phases"] if is_current(schedule, each)]
    [old] = [each for each in before["phases"] if is_current(before, each)]
    schedule["current_phase"] = current(phase)
    activity.emit_updated(schedule, before)
    _plan_phases(activity, schedule)
    subscription = activity.account.get("subscription", schedule["subscription"])
    becoming = dict(subscription)
    if schedule["default_settings"] != before["default_settings"]:
        becoming |= {name: schedule["default_settings"][name] for name in SETTINGS}
    _put_end(activity, schedule, becoming)
    if phase["metadata"] != old["metadata"]:
        put_metadata(becoming, phase)
    if phase["discounts"] != old["discounts"]:
        put_phase_discounts(activity, becoming, phase)
    items = phase_items(activity.account, subscription, phase)
    _change(activity, subscription, becoming, items, proration_behavior)
    plan_cancellation(activity, subscription)
    if phase["end_date"] <= activity.now(schedule):
        enter_phase(activity, schedule, subscription)


def _change_start(activity: Activity, schedule: Object, before: Object) -> None:
    start = schedule["phases"][0]["start_date"]
    if start <= activity.now(schedule):
        start_schedule(activity, schedule, before)
        return
    activity.emit_updated(schedule, before)
    activity.plan(start, jobs.START_SCHEDULE, schedule)


def _change(
    activity: Activity,
    subscription: Object,
    becoming: Object,
    items: list[Object],
    proration_behavior: str,
) -> None:
    """Give a subscription its new attributes and items, and settle the time already paid for."""
    if items == items_of(subscription):
        before = dict(subscription)
        subscription |= becoming
        activity.emit_updated(subscription, before)
        return
    now = activity.now(subscription)
    change = plan_change(
        activity.account,
        becoming,
        items,
        at=now,
        now=now,
        prorates=proration_behavior != "none",
    )
    drop_pending_update(activity, subscription)
    change_subscription(
        activity,
        subscription,
        change,
        invoices_now=proration_behavior == "always_invoice",
        payment_behavior="allow_incomplete",
    )


@job(jobs.ENTER_PHASE)
def enter_phase_on_time(activity: Activity, schedule_id: str) -> None:
    """Enter the phase that begins now, unless the renewal does that at this same moment."""
    account = activity.account
    schedule: Any = account.of_kind("subscription_schedule").get(schedule_id)
    if schedule is None or schedule["status"] != "active":
        return
    subscription = account.of_kind("subscription").get(schedule["subscription"])
    if subscription is None or not is_live(subscription):
        return
    if period_of(subscription)[1] > activity.now(subscription):
        enter_phase(activity, schedule, subscription)


def enter_phase(activity: Activity, schedule: Object, subscription: Object) -> None:
    """Let a schedule change, end or release its subscription in the middle of a period."""
    phase = phase_at(schedule, activity.now(subscription))
    if phase is None:
        before = dict(subscription)
        finish_schedule(activity, schedule, subscription)
        if is_live(subscription):
            activity.emit_updated(subscription, before)
    elif not is_current(schedule, phase):
        becoming = dict(subscription)
        begin_phase(activity, schedule, becoming, phase)
        items = phase_items(activity.account, subscription, phase)
        _change(activity, subscription, becoming, items, phase["proration_behavior"])


def cancel_unstarted(activity: Activity, schedule: Object) -> None:
    """End a schedule that has no subscription yet."""
    schedule |= {"status": "canceled", "canceled_at": activity.now(schedule)}
    activity.emit("subscription_schedule.canceled", schedule)

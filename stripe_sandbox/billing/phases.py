"""The phases of a subscription schedule, as far as the end of a period is concerned."""

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.billing.standing import end_subscription
from stripe_sandbox.metadata import merged_metadata
from stripe_sandbox.resources.subscription_objects import items_of, new_item, put_items


def schedule_of(account: Account, subscription: Object) -> Object | None:
    """Return the schedule that manages a subscription, if one does."""
    schedule = account.of_kind("subscription_schedule").get(subscription["schedule"] or "")
    return schedule if schedule is not None and schedule["status"] == "active" else None


def phase_at(schedule: Object, moment: int) -> Object | None:
    """Return the phase that a moment lies in; none after the last one."""
    for phase in schedule["phases"]:
        if phase["start_date"] <= moment < phase["end_date"]:
            found: Object = phase
            return found
    return None


def phase_items(account: Account, subscription: Object, phase: Object) -> list[Object]:
    """Return a subscription's items as a phase wants them; items keep their ids by position."""
    kept = items_of(subscription)
    first = kept[0]
    items = []
    for at, wish in enumerate(phase["items"]):
        price = account.get("price", wish["price"], "price")
        if at < len(kept):
            items.append(kept[at] | {"price": dict(price), "quantity": wish["quantity"]})
        else:
            times = ("billed_until", "current_period_end", "current_period_start")
            item = new_item(subscription["id"], price, wish["quantity"], None, first["created"])
            items.append(item | {name: first[name] for name in times})
    return items


def items_at(account: Account, subscription: Object, moment: int) -> list[Object]:
    """Return a subscription's items as they will be at a later moment."""
    schedule = schedule_of(account, subscription)
    phase = phase_at(schedule, moment) if schedule else None
    return phase_items(account, subscription, phase) if phase else items_of(subscription)


def enter_due_phase(activity: Activity, subscription: Object) -> None:
    """Let a schedule change or end its subscription, if its time has come.

    The subscription's own ``updated`` event is the caller's to emit.
    """
    schedule = schedule_of(activity.account, subscription)
    if schedule is None:
        return
    now = activity.now(subscription)
    phase = phase_at(schedule, now)
    if phase is None:
        finish_schedule(activity, schedule, subscription)
    elif phase["start_date"] != (schedule["current_phase"] or {}).get("start_date"):
        put_items(subscription, phase_items(activity.account, subscription, phase))
        begin_phase(activity, schedule, subscription, phase)


def begin_phase(activity: Activity, schedule: Object, subscription: Object, phase: Object) -> None:
    """Note that a phase is the current one."""
    if phase["metadata"]:
        subscription["metadata"] = merged_metadata(subscription["metadata"], phase["metadata"])
    before = dict(schedule)
    schedule["current_phase"] = current(phase)
    activity.emit_updated(schedule, before)


def current(phase: Object) -> Object:
    """Return how a schedule names its current phase."""
    return {"end_date": phase["end_date"], "start_date": phase["start_date"]}


def finish_schedule(activity: Activity, schedule: Object, subscription: Object) -> None:
    """Let a schedule end after its last phase, and the subscription with it if that is wanted."""
    if schedule["end_behavior"] == "release":
        release_schedule(activity, schedule, subscription)
        return
    schedule |= {
        "status": "completed",
        "completed_at": activity.now(schedule),
        "current_phase": None,
    }
    activity.emit("subscription_schedule.completed", schedule)
    end_subscription(activity, subscription, "cancellation_requested")


def release_schedule(activity: Activity, schedule: Object, subscription: Object) -> None:
    """Let a subscription go on without its schedule, as it is now."""
    subscription["schedule"] = None
    schedule |= {
        "status": "released",
        "current_phase": None,
        "released_at": activity.now(schedule),
        "released_subscription": subscription["id"],
        "subscription": None,
    }
    activity.emit("subscription_schedule.released", schedule)

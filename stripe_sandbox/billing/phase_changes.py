"""A schedule goes on to its next phase, or comes to its end."""

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.billing.discounting import redeem, terms_of
from stripe_sandbox.billing.pending_updates import drop_pending_update
from stripe_sandbox.billing.phases import (
    current,
    is_current,
    phase_at,
    phase_items,
    schedule_of,
)
from stripe_sandbox.billing.standing import end_subscription
from stripe_sandbox.billing.subscription_discounts import drop_discount, put_discounts
from stripe_sandbox.metadata import merged_metadata
from stripe_sandbox.resources.subscription_objects import items_of, put_items


def enter_due_phase(activity: Activity, subscription: Object) -> None:
    """Let a schedule change or end its subscription with its period, if its time has come.

    The subscription's own ``updated`` event is the caller's to emit.
    """
    schedule = schedule_of(activity.account, subscription)
    if schedule is None:
        return
    phase = phase_at(schedule, activity.now(subscription))
    if phase is None:
        finish_schedule(activity, schedule, subscription)
    elif not is_current(schedule, phase):
        items = phase_items(activity.account, subscription, phase)
        if items != items_of(subscription):
            drop_pending_update(activity, subscription)
        put_items(subscription, items)
        begin_phase(activity, schedule, subscription, phase)


def begin_phase(activity: Activity, schedule: Object, subscription: Object, phase: Object) -> None:
    """Note that a phase is the current one, and put all but its items on the subscription."""
    put_metadata(subscription, phase)
    before = dict(schedule)
    schedule["current_phase"] = current(phase)
    activity.emit_updated(schedule, before)
    put_phase_discounts(activity, subscription, phase)


def put_metadata(subscription: Object, phase: Object) -> None:
    """Add a phase's metadata to a subscription's."""
    if phase["metadata"]:
        subscription["metadata"] = merged_metadata(subscription["metadata"], phase["metadata"])


def put_phase_discounts(activity: Activity, subscription: Object, phase: Object) -> None:
    """Give a subscription the discounts of a phase; those it has already go on, others end."""
    account = activity.account
    found = [_discount_on(account, subscription, wish) for wish in phase["discounts"]]
    for discount_id in subscription["discounts"]:
        if discount_id not in found:
            drop_discount(activity, subscription, discount_id)
    chosen = [
        _coupon_and_code(account, wish)
        for wish, discount_id in zip(phase["discounts"], found, strict=True)
        if discount_id is None and wish["discount"] is None
    ]
    put_discounts(activity, subscription, chosen)
    for coupon, code in chosen:
        redeem(activity, coupon, code)


def _discount_on(account: Account, subscription: Object, wish: Object) -> str | None:
    """Return the id of the subscription's discount that a phase means, if it has that."""
    for discount_id in subscription["discounts"]:
        discount = account.get("discount", discount_id)
        ways = (
            (wish["discount"], discount_id),
            (wish["promotion_code"], discount["promotion_code"]),
            (wish["coupon"], discount["source"]["coupon"]),
        )
        if any(wanted is not None and wanted == given for wanted, given in ways):
            return str(discount_id)
    return None


def _coupon_and_code(account: Account, wish: Object) -> tuple[Object, Object | None]:
    code = account.of_kind("promotion_code").get(wish["promotion_code"] or "")
    coupon_id = code["promotion"]["coupon"] if code else wish["coupon"]
    return terms_of(account, account.get("coupon", coupon_id)), code


def finish_schedule(activity: Activity, schedule: Object, subscription: Object) -> None:
    """Let a schedule end after its last phase, and the subscription with it if that is wanted."""
    if schedule["end_behavior"] == "release":
        release_schedule(activity, schedule, subscription)
    else:
        end_subscription(activity, subscription, "cancellation_requested")


def release_schedule(activity: Activity, schedule: Object, subscription: Object | None) -> None:
    """Let a schedule end, and its subscription go on without it, as it is now.

    The subscription's own ``updated`` event is the caller's to emit.
    """
    if subscription:
        subscription["schedule"] = None
    schedule |= {
        "status": "released",
        "current_phase": None,
        "released_at": activity.now(schedule),
        "released_subscription": subscription and subscription["id"],
        "subscription": None,
    }
    activity.emit("subscription_schedule.released", schedule)

"""What the phases of a subscription schedule say, and what they take over from a subscription."""

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.metadata import merged_metadata
from stripe_sandbox.resources.schedule_objects import phase_item
from stripe_sandbox.resources.subscription_objects import items_of, new_item


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


def is_current(schedule: Object, phase: Object) -> bool:
    """Tell whether a phase is the one that its subscription has entered last."""
    return bool(phase["start_date"] == (schedule["current_phase"] or {}).get("start_date"))


def current(phase: Object) -> Object:
    """Return how a schedule names its current phase."""
    return {"end_date": phase["end_date"], "start_date": phase["start_date"]}


def phase_items(account: Account, subscription: Object, phase: Object) -> list[Object]:
    """Return a subscription's items as a phase wants them.

    An item keeps its id where the phase has its price; the others take each other's place.
    """
    left = list(items_of(subscription))
    kept: list[Object | None] = []
    for wish in phase["items"]:
        same = [item for item in left if item["price"]["id"] == wish["price"]]
        kept.append(same[0] if same else None)
        left = [item for item in left if item not in same]
    items = []
    for wish, item in zip(phase["items"], kept, strict=True):
        if item is None:
            price = account.get("price", wish["price"], "price")
            item = (left.pop(0) if left else _another(subscription, price)) | {"price": dict(price)}
        metadata = merged_metadata(item["metadata"], wish["metadata"])
        items.append(item | {"metadata": metadata, "quantity": wish["quantity"]})
    return items


def _another(subscription: Object, price: Object) -> Object:
    first = items_of(subscription)[0]
    times = ("billed_until", "created", "current_period_end", "current_period_start")
    item = new_item(subscription["id"], price, 1, None, first["created"])
    return item | {name: first[name] for name in times}


def items_at(account: Account, subscription: Object, moment: int) -> list[Object]:
    """Return a subscription's items as they will be at a later moment."""
    schedule = schedule_of(account, subscription)
    phase = phase_at(schedule, moment) if schedule else None
    if schedule is None or phase is None or is_current(schedule, phase):
        return items_of(subscription)
    return phase_items(account, subscription, phase)


def follow_items(activity: Activity, subscription: Object) -> None:
    """Let the current phase of a subscription's schedule take over items that were changed."""
    schedule = schedule_of(activity.account, subscription)
    if schedule is None:
        return
    items = [
        phase_item(item["price"]["id"], item["quantity"], item["metadata"])
        for item in items_of(subscription)
    ]
    before = dict(schedule)
    schedule["phases"] = [
        phase | {"items": items}
        if is_current(schedule, phase) and _terms(phase["items"]) != _terms(items)
        else phase
        for phase in schedule["phases"]
    ]
    activity.emit_updated(schedule, before)


def _terms(items: list[Object]) -> list[tuple[str, int]]:
    return sorted((item["price"], item["quantity"]) for item in items)

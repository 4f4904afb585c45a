"""Make events, and hand them to the webhook endpoints that want them."""

import copy
from functools import cache
from pathlib import Path
from typing import Any

from stripe_sandbox import API_VERSION
from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.identifiers import new_id
from stripe_sandbox.sandbox import Origin, Sandbox

# Stripe shows events of 30 days; a state file must not grow without end.
REMEMBERED = 5000
# kind -> what its events are called after, where that is not the kind itself
FAMILIES = {
    "discount": "customer.discount",
    "dispute": "charge.dispute",
    "subscription": "customer.subscription",
}


@cache
def event_types() -> frozenset[str]:
    """Return every event type an endpoint may ask for."""
    return frozenset((Path(__file__).parent / "event_types.txt").read_text("utf-8").split())


def family_of(thing: Object) -> str:
    """Return what an object's events are called after."""
    kind: str = thing["object"]
    return FAMILIES.get(kind, kind)


def event_of(
    event_type: str, thing: Object, previous: Object | None, origin: Origin, now: int
) -> Object:
    """Return the event about an object as it is now.

    Args:
        origin: the API request that caused it; empty for pages and timed jobs.
        previous: for ``*.updated``, the object as it was before.
    """
    data: Object = {"object": copy.deepcopy(thing)}
    if previous is not None:
        data["previous_attributes"] = changed_attributes(previous, thing)
    return {
        "id": new_id("event"),
        "object": "event",
        "api_version": API_VERSION,
        "created": now,
        "data": data,
        "livemode": False,
        # Counted anew whenever the event is shown or sent.
        "pending_webhooks": 0,
        "request": {"id": origin.request_id, "idempotency_key": origin.idempotency_key},
        "type": event_type,
    }


def record(sandbox: Sandbox, account: Account, event: Object) -> None:
    """Keep an event, and begin its deliveries."""
    account.add(event)
    _forget_old(account)
    deliver(sandbox, account, event)
    sandbox.changed()


def _forget_old(account: Account) -> None:
    events = account.of_kind("event")
    while len(events) > REMEMBERED:
        del events[next(iter(events))]


def deliver(sandbox: Sandbox, account: Account, event: Object) -> list[Object]:
    """Send an event to every enabled endpoint that asks for its type; return the deliveries."""
    return [
        delivery
        for endpoint in account.of_kind("webhook_endpoint").values()
        if endpoint["status"] == "enabled" and wants(endpoint, event["type"])
        for delivery in sandbox.courier.send(account, event, endpoint)
    ]


def wants(endpoint: Object, event_type: str) -> bool:
    """Tell whether an endpoint asks for events of this type."""
    return "*" in endpoint["enabled_events"] or event_type in endpoint["enabled_events"]


def changed_attributes(before: Object, after: Object) -> Object:
    """Return the former values of what changed; of hashes only the keys that changed."""
    changes: dict[str, Any] = {}
    for name in before.keys() | after.keys():
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            changes[name] = changed_attributes(old, new)
        else:
            changes[name] = copy.deepcopy(old)
    return changes

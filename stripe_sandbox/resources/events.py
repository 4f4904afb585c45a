"""``/v1/events``: what happened."""

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.courier import pending_of
from stripe_sandbox.errors import invalid_request
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.pagination import DATED_PAGE, list_kind
from stripe_sandbox.parameters import Boolean, ListOf, Text


def shown(account: Account, event: Object) -> Object:
    """Return an event with the deliveries it still waits for."""
    return event | {"pending_webhooks": pending_of(account, event["id"])}


@operation("GET", "/v1/events/{id}")
def get_event(call: Call) -> Object:
    """Return an event."""
    return shown(call.account, call.account.get("event", call.ids["id"]))


@operation(
    "GET",
    "/v1/events",
    {
        **DATED_PAGE,
        "delivery_success": Boolean(),
        "type": Text(),
        "types": ListOf(Text(), most=20),
    },
)
def list_events(call: Call) -> Object:
    """Return events, newest first; ``type`` may end in ``.*``."""
    wanted, family = call.sent.get("types"), call.sent.get("type")
    if wanted and family:
        raise invalid_request("Give either type or types.", "types")
    patterns = wanted or ([family] if family else ["*"])
    success = call.sent.get("delivery_success")
    chosen = [
        event
        for event in call.account.of_kind("event").values()
        if any(_matches(event["type"], pattern) for pattern in patterns)
        and (success is None or success == (pending_of(call.account, event["id"]) == 0))
    ]
    found = list_kind(call, "event", among=chosen)
    return found | {"data": [shown(call.account, event) for event in found["data"]]}


def _matches(event_type: str, pattern: str) -> bool:
    if pattern.endswith("*"):
        return event_type.startswith(pattern[:-1])
    return event_type == pattern

"""``/v1/webhook_endpoints``: where events are sent."""

from typing import Any

from stripe_sandbox import API_VERSION
from stripe_sandbox.accounts import Object
from stripe_sandbox.errors import invalid_request
from stripe_sandbox.events import event_types
from stripe_sandbox.identifiers import new_id, random_text
from stripe_sandbox.metadata import merged_metadata
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.pagination import PAGE, list_kind
from stripe_sandbox.parameters import (
    Boolean,
    Fields,
    ListOf,
    Metadata,
    Off,
    Parameter,
    Text,
    WebAddress,
)


class EventType(Text):
    """The name of an event type, or ``*`` for all."""

    def read(self, value: Any, name: str) -> str:
        text = super().read(value, name)
        if text not in event_types():
            raise invalid_request(f"Invalid {name}: {text} is no event type", name)
        return text


EVENT_TYPES: Parameter = ListOf(EventType(), most=500)
ATTRIBUTES: Fields = {"description": Text(), "metadata": Metadata()}


@operation(
    "POST",
    "/v1/webhook_endpoints",
    {
        **ATTRIBUTES,
        "api_version": Text(choices=(API_VERSION,)),
        "connect": Off(),
        "enabled_events": ListOf(EventType(), required=True, most=500),
        "url": WebAddress(required=True),
    },
)
def create_webhook_endpoint(call: Call) -> Object:
    """Make an endpoint; its secret is told now and never again."""
    endpoint = call.account.add(
        {
            "id": new_id("webhook_endpoint"),
            "object": "webhook_endpoint",
            "api_version": call.sent.get("api_version"),
            "application": None,
            "created": call.now(),
            "description": call.sent.get("description"),
            "enabled_events": call.sent["enabled_events"],
            "livemode": False,
            "metadata": merged_metadata({}, call.sent.get("metadata")),
            "status": "enabled",
            "url": call.sent["url"],
        }
    )
    secret = "whsec_" + random_text(32)
    call.account.details_of(endpoint["id"])["secret"] = secret
    return endpoint | {"secret": secret}


@operation("GET", "/v1/webhook_endpoints/{webhook_endpoint}")
def get_webhook_endpoint(call: Call) -> Object:
    """Return an endpoint, without its secret."""
    return call.account.get("webhook_endpoint", call.ids["webhook_endpoint"])


@operation(
    "POST",
    "/v1/webhook_endpoints/{webhook_endpoint}",
    {
        **ATTRIBUTES,
        "disabled": Boolean(),
        "enabled_events": EVENT_TYPES,
        "url": WebAddress(clearable=False),
    },
)
def update_webhook_endpoint(call: Call) -> Object:
    """Change an endpoint; a disabled one gets nothing, not even retries."""
    endpoint = call.account.get("webhook_endpoint", call.ids["webhook_endpoint"])
    sent = call.sent
    if sent.get("enabled_events"):
        endpoint["enabled_events"] = sent["enabled_events"]
    if "description" in sent:
        endpoint["description"] = sent["description"]
    if "url" in sent:
        endpoint["url"] = sent["url"]
    if sent.get("disabled") is not None:
        endpoint["status"] = "disabled" if sent["disabled"] else "enabled"
    if "metadata" in sent:
        endpoint["metadata"] = merged_metadata(endpoint["metadata"], sent["metadata"])
    return endpoint


@operation("DELETE", "/v1/webhook_endpoints/{webhook_endpoint}")
def delete_webhook_endpoint(call: Call) -> Object:
    """Delete an endpoint; what it has not got yet is dropped."""
    endpoint = call.account.get("webhook_endpoint", call.ids["webhook_endpoint"])
    call.sandbox.courier.cancel(call.account, endpoint["id"])
    del call.account.of_kind("webhook_endpoint")[endpoint["id"]]
    return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}


@operation("GET", "/v1/webhook_endpoints", PAGE)
def list_webhook_endpoints(call: Call) -> Object:
    """Return endpoints, newest first."""
    return list_kind(call, "webhook_endpoint")

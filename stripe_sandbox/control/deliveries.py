"""``/_sandbox/deliveries``: what was sent to webhook endpoints, waiting for it, and resending."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from stripe_sandbox.control.access import (
    account_of,
    accounts_of,
    check_names,
    json_of,
    owned,
    sandbox_of,
)
from stripe_sandbox.courier import STATES
from stripe_sandbox.errors import invalid_request
from stripe_sandbox.events import deliver
from stripe_sandbox.switch_kinds import Number

MOST_LISTED = 1000
PATIENCE = Number("seconds", most=300)
FILTERS = ("event", "state", "type")


def delivery_control_routes() -> list[Route]:
    """Return the routes for deliveries."""
    return [
        Route("/_sandbox/deliveries", list_deliveries, methods=["GET"]),
        Route("/_sandbox/settle", settle, methods=["POST"]),
        Route("/_sandbox/events/{event}/resend", resend, methods=["POST"]),
    ]


async def list_deliveries(request: Request) -> JSONResponse:
    """Return deliveries, newest first: of the given key's account, or of all without a key."""
    wanted = dict(request.query_params)
    check_names(wanted, set(FILTERS))
    if wanted.get("state", STATES[0]) not in STATES:
        raise invalid_request(f"state must be one of {', '.join(STATES)}", "state")
    chosen = [
        delivery | {"account": account.id}
        for account in accounts_of(request)
        for delivery in reversed(account.deliveries.values())
        if all(delivery[name] == value for name, value in wanted.items())
    ]
    chosen.sort(key=lambda delivery: float(delivery["created"]), reverse=True)
    return JSONResponse({"deliveries": chosen[:MOST_LISTED]})


async def settle(request: Request) -> JSONResponse:
    """Wait until the account of the key has no delivery under way or due.

    ``timeout`` is the longest to wait. A retry counts when it is due within ``retries_within``
    seconds; with 0, its default, what only waits for its retry is settled.
    """
    sent = await json_of(request)
    check_names(sent, {"timeout", "retries_within"})
    patience, retries_within = _seconds(sent, "timeout", 10), _seconds(sent, "retries_within", 0)
    account = account_of(request)
    left = await sandbox_of(request).courier.settle(account, patience, retries_within)
    return JSONResponse({"settled": not left, "left": left}, 504 if left else 200)


def _seconds(sent: dict[str, Any], name: str, default: float) -> float:
    try:
        return PATIENCE.check(sent.get(name, default))
    except ValueError as error:
        raise invalid_request(f"{name} {error}", name) from error


async def resend(request: Request) -> JSONResponse:
    """Deliver an event again, now, to every endpoint that wants its type."""
    account, event = owned(request, "event", request.path_params["event"])
    deliveries = deliver(sandbox_of(request), account, event)
    sandbox_of(request).changed()
    return JSONResponse({"deliveries": deliveries})

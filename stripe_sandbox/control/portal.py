"""``/_sandbox/portal``: what Stripe's Dashboard does to the customer portal."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from stripe_sandbox.activity import Activity
from stripe_sandbox.control.access import account_of, check_names, json_of, sandbox_of
from stripe_sandbox.errors import invalid_request
from stripe_sandbox.resources.portal_configurations import CONFIGURATION


def portal_control_routes() -> list[Route]:
    """Return the route that chooses the default configuration."""
    return [Route("/_sandbox/portal/default", choose_default, methods=["POST"])]


async def choose_default(request: Request) -> JSONResponse:
    """Let sessions that name no configuration use this one, as the Dashboard does on saving."""
    sent = await json_of(request)
    account = account_of(request)
    check_names(sent, {"configuration"})
    chosen = account.get(CONFIGURATION, str(sent.get("configuration")), "configuration")
    if not chosen["active"]:
        raise invalid_request("Only an active configuration can be the default.", "configuration")
    activity = Activity(sandbox_of(request), account)
    for configuration in account.of_kind(CONFIGURATION).values():
        before = dict(configuration)
        configuration["is_default"] = configuration is chosen
        activity.emit_updated(configuration, before)
    activity.sandbox.changed()
    return JSONResponse({"configuration": chosen})

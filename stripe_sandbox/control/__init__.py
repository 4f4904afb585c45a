"""``/_sandbox``: what a test or a person does that a shop cannot."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from stripe_sandbox.control.access import json_of, owned, sandbox_of
from stripe_sandbox.control.accounts import account_control_routes
from stripe_sandbox.control.checkout import checkout_control_routes, default_payer
from stripe_sandbox.control.deliveries import delivery_control_routes
from stripe_sandbox.control.payments import payment_control_routes
from stripe_sandbox.control.portal import portal_control_routes
from stripe_sandbox.control.requests import request_control_routes
from stripe_sandbox.control.time import time_control_routes

__all__ = ["control_routes", "default_payer", "json_of", "owned", "sandbox_of"]


def control_routes() -> list[Route]:
    """Return the control API's routes."""
    return [
        Route("/_sandbox/health", health, methods=["GET"]),
        *account_control_routes(),
        *checkout_control_routes(),
        *delivery_control_routes(),
        *request_control_routes(),
        *payment_control_routes(),
        *portal_control_routes(),
        *time_control_routes(),
    ]


async def health(request: Request) -> JSONResponse:
    """Say that the sandbox runs."""
    return JSONResponse({"status": "ok"})

"""What is sent to webhook endpoints, for people: all deliveries, and one event with its own."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stripe_sandbox.control import owned, sandbox_of
from stripe_sandbox.courier import STATES, pending_of
from stripe_sandbox.events import deliver
from stripe_sandbox.pages.frame import filters, framed, go_to, sheet_of, shown_account


def delivery_page_routes() -> list[Route]:
    """Return the routes of the list, of one event, and of its button."""
    return [
        Route("/deliveries", show_deliveries, methods=["GET"]),
        Route("/events/{event}", show_event, methods=["GET"]),
        Route("/events/{event}/resend", resend_from_page, methods=["POST"]),
    ]


async def show_deliveries(request: Request) -> Response:
    """List an account's endpoints and deliveries, newest first."""
    account = shown_account(request)
    wanted = filters(request, "state", "type")
    deliveries = list(reversed(account.deliveries.values())) if account else []
    chosen = [
        delivery
        for delivery in deliveries
        if all(delivery[name] == value for name, value in wanted.items())
    ]
    return framed(
        request,
        account,
        "deliveries.html",
        "/deliveries",
        sheet=sheet_of(request, chosen),
        wanted=wanted,
        states=STATES,
        types=sorted({delivery["type"] for delivery in deliveries}),
        endpoints=list(account.of_kind("webhook_endpoint").values()) if account else [],
    )


async def show_event(request: Request) -> Response:
    """Show an event as it is sent, and each try to deliver it."""
    account, event = owned(request, "event", request.path_params["event"])
    return framed(
        request,
        account,
        "event.html",
        "/deliveries",
        event=event | {"pending_webhooks": pending_of(account, event["id"])},
        deliveries=[
            delivery
            for delivery in reversed(account.deliveries.values())
            if delivery["event"] == event["id"]
        ],
    )


async def resend_from_page(request: Request) -> Response:
    """Deliver an event again, and show it."""
    account, event = owned(request, "event", request.path_params["event"])
    deliver(sandbox_of(request), account, event)
    sandbox_of(request).changed()
    return go_to(account, f"/events/{event['id']}", "resent")

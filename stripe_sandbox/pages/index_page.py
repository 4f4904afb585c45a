"""The front page: what this is, and what happened lately."""

from itertools import islice

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from stripe_sandbox import API_VERSION
from stripe_sandbox.accounts import Object
from stripe_sandbox.control import owned, sandbox_of
from stripe_sandbox.events import deliver
from stripe_sandbox.pages.rendering import render
from stripe_sandbox.payments.cards import TEST_CARDS

SHOWN = 20


def index_routes() -> list[Route]:
    """Return the routes of the front page."""
    return [
        Route("/", show_index, methods=["GET"]),
        Route("/events/{event}/resend", resend_from_page, methods=["POST"]),
    ]


async def show_index(request: Request) -> Response:
    """List recent sessions and deliveries of all accounts."""
    sessions: list[Object] = []
    deliveries: list[Object] = []
    # Newest first before sorting too, since many are made in one second.
    for account in reversed(list(sandbox_of(request).each_account())):
        sessions += islice(reversed(account.of_kind("checkout.session").values()), SHOWN)
        deliveries += islice(reversed(account.deliveries.values()), SHOWN)
    sessions.sort(key=lambda session: -session["created"])
    deliveries.sort(key=lambda delivery: -delivery["created"])
    return render(
        "index.html",
        version=API_VERSION,
        cards=TEST_CARDS,
        sessions=sessions[:SHOWN],
        deliveries=deliveries[:SHOWN],
    )


async def resend_from_page(request: Request) -> Response:
    """Deliver an event again, and show the list."""
    account, event = owned(request, "event", request.path_params["event"])
    deliver(sandbox_of(request), account, event)
    sandbox_of(request).changed()
    return RedirectResponse("/#deliveries", 303)

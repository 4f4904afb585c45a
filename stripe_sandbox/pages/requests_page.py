"""The log of API requests, for people."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stripe_sandbox.control import sandbox_of
from stripe_sandbox.control.requests import fits
from stripe_sandbox.errors import no_such
from stripe_sandbox.pages.frame import filters, framed, sheet_of, shown_account

REFUSED_KEYS_SHOWN = 10


def request_page_routes() -> list[Route]:
    """Return the routes of the list and of one request."""
    return [
        Route("/requests", show_requests, methods=["GET"]),
        Route("/requests/{request}", show_request, methods=["GET"]),
    ]


async def show_requests(request: Request) -> Response:
    """List an account's requests, newest first, and those whose key was refused."""
    account, log = shown_account(request), sandbox_of(request).requests
    wanted = filters(request, "path", "method", "status")
    logged = log.newest_first(account.id) if account else []
    refused = [entry for entry in log.newest_first() if entry["account"] is None]
    return framed(
        request,
        account,
        "requests.html",
        "/requests",
        sheet=sheet_of(request, [entry for entry in logged if fits(entry, wanted)]),
        wanted=wanted,
        methods=sorted({entry["method"] for entry in logged}),
        statuses=sorted({f"{entry['status']}" for entry in logged}),
        refused=refused[:REFUSED_KEYS_SHOWN],
    )


async def show_request(request: Request) -> Response:
    """Show what was sent, how it was answered, and the events that it caused."""
    sandbox, request_id = sandbox_of(request), request.path_params["request"]
    entry = sandbox.requests.find(request_id)
    if entry is None:
        raise no_such("request", request_id)
    accounts = sandbox.each_account()
    account = next((each for each in accounts if each.id == entry["account"]), None)
    events = account.of_kind("event").values() if account else ()
    return framed(
        request,
        account,
        "request.html",
        "/requests",
        entry=entry,
        events=[event for event in events if event["request"]["id"] == request_id],
    )

"""The front page: what this is, what an account holds, and what happened lately."""

from itertools import islice

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stripe_sandbox import API_VERSION
from stripe_sandbox.accounts import Account
from stripe_sandbox.control import sandbox_of
from stripe_sandbox.pages.frame import framed, shown_account
from stripe_sandbox.payments.cards import TEST_CARDS
from stripe_sandbox.wire import base_url

SHOWN = 10


def index_routes() -> list[Route]:
    """Return the route of the front page."""
    return [Route("/", show_index, methods=["GET"])]


async def show_index(request: Request) -> Response:
    """Tell what the sandbox is, and what the account holds."""
    account = shown_account(request)
    sessions = account.of_kind("checkout.session").values() if account else ()
    deliveries = account.deliveries.values() if account else ()
    return framed(
        request,
        account,
        "index.html",
        "/",
        version=API_VERSION,
        base_url=base_url(request),
        cards=TEST_CARDS,
        counts=_counts(request, account) if account else {},
        sessions=list(islice(reversed(sessions), SHOWN)),
        deliveries=list(islice(reversed(deliveries), SHOWN)),
    )


def _counts(request: Request, account: Account) -> dict[str, int]:
    """Return how many there are of each kind of thing that there is."""
    counts = {
        _noun(kind): sum(not thing.get("deleted") for thing in things.values())
        for kind, things in sorted(account.objects.items())
    }
    counts["delivery"] = len(account.deliveries)
    counts["pending delivery"] = sum(
        delivery["state"] == "pending" for delivery in account.deliveries.values()
    )
    counts["request"] = len(sandbox_of(request).requests.newest_first(account.id))
    return {_plural(noun, count): count for noun, count in counts.items() if count}


def _noun(kind: str) -> str:
    return kind.removeprefix("test_helpers.").replace(".", " ").replace("_", " ")


def _plural(noun: str, count: int) -> str:
    if count == 1:
        return noun
    return f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"

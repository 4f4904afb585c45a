"""What time it is for an account and its test clocks, and buttons that move it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stripe_sandbox.accounts import Account
from stripe_sandbox.activity import Activity
from stripe_sandbox.clocks import TEST_CLOCK
from stripe_sandbox.control import sandbox_of
from stripe_sandbox.control.time import UNITS, seconds_of
from stripe_sandbox.errors import StripeError
from stripe_sandbox.moving_time import advance_account, advance_clock
from stripe_sandbox.pages.frame import framed, go_to, shown_account
from stripe_sandbox.switch_kinds import Number

PLANS_SHOWN = 100
CONFLICT = 409


def clock_page_routes() -> list[Route]:
    """Return the routes of the page and of its buttons."""
    return [
        Route("/clock", show_clock, methods=["GET"]),
        Route("/clock", move_time, methods=["POST"]),
    ]


async def show_clock(request: Request) -> Response:
    """Show the times, and what moving them will make happen."""
    return _page(request, shown_account(request))


async def move_time(request: Request) -> Response:
    """Move the account's clock, or the test clock that the form names."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    account = shown_account(request)
    if account is None:
        return _page(request, None, status=CONFLICT)
    clock_id = form.get("test_clock", "")
    clock = account.get(TEST_CLOCK, clock_id) if clock_id else None
    sent = {name: Number(name).read(form, name) for name in UNITS if name in form}
    try:
        seconds = seconds_of(sent)
    except StripeError as refusal:
        wrong = {"at": clock_id, "typed": form.get("days", ""), "message": refusal.message}
        return _page(request, account, status=refusal.status, wrong=wrong)
    if clock is None:
        await advance_account(sandbox_of(request), account, seconds)
    else:
        advance_clock(Activity(sandbox_of(request), account), clock, seconds)
    return go_to(account, "/clock", "moved")


def _page(
    request: Request,
    account: Account | None,
    *,
    status: int = 200,
    wrong: dict[str, Any] | None = None,
) -> Response:
    clocks = list(account.of_kind(TEST_CLOCK).values()) if account else []
    agenda = account.agenda if account else []
    return framed(
        request,
        account,
        "clock.html",
        "/clock",
        status=status,
        now=account.time() if account else 0,
        clocks=clocks[::-1],
        names={clock["id"]: clock["name"] or clock["id"] for clock in clocks},
        times={clock["id"]: clock["frozen_time"] for clock in clocks},
        planned=agenda[:PLANS_SHOWN],
        more=max(0, len(agenda) - PLANS_SHOWN),
        wrong=wrong or {"at": None, "typed": "", "message": ""},
    )

"""``/_sandbox/advance``: move the time of accounts, or of one test clock; ``/_sandbox/clock``:
have an account's own stand still."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from stripe_sandbox.activity import Activity
from stripe_sandbox.clocks import TEST_CLOCK
from stripe_sandbox.control.access import accounts_of, check_names, json_of, owned, sandbox_of
from stripe_sandbox.errors import invalid_request
from stripe_sandbox.moving_time import DAY, LONGEST_LEAP, advance_account, advance_clock
from stripe_sandbox.switch_kinds import Number

# The year 2200.
LATEST = 7_258_118_400
UNITS = {"days": DAY, "hours": 3600, "seconds": 1}


def time_control_routes() -> list[Route]:
    """Return the routes by which time is moved, and stopped."""
    return [
        Route("/_sandbox/advance", advance, methods=["POST"]),
        Route("/_sandbox/clock", stop, methods=["POST"]),
    ]


async def advance(request: Request) -> JSONResponse:
    """Move the account of the key ahead, all accounts without a key, or one ``test_clock``.

    ``days``, ``hours`` and ``seconds`` are added up. What is due on the way has happened when
    the answer comes; ``now`` in it is the new time.
    """
    sent = await json_of(request)
    check_names(sent, {*UNITS, "test_clock"})
    seconds = seconds_of(sent)
    if "test_clock" in sent:
        return _advance_clock(request, sent["test_clock"], seconds)
    moved = []
    for account in accounts_of(request):
        await advance_account(sandbox_of(request), account, seconds)
        moved.append({"account": account.id, "now": int(account.time())})
    return JSONResponse(moved[0] if "authorization" in request.headers else {"accounts": moved})


async def stop(request: Request) -> JSONResponse:
    """Have the clocks of the key's account, or of all, stand at a moment, or go on (null).

    What is done at a clock that stands has the same times, and so the same sums, in every run.
    A moment before the present leaves what is due later to wait for it.
    """
    sent = await json_of(request)
    check_names(sent, {"stands_at"})
    moment = sent.get("stands_at", "")
    if moment is not None:
        try:
            moment = Number("stands_at", LATEST).check(moment)
        except ValueError as error:
            raise invalid_request(f"stands_at {error}, or null", "stands_at") from error
    accounts = accounts_of(request)
    for account in accounts:
        account.stop_at(moment)
    sandbox = sandbox_of(request)
    sandbox.agenda.wake()
    sandbox.changed()
    return JSONResponse({"now": int(accounts[0].time()) if accounts else None})


def _advance_clock(request: Request, clock_id: Any, seconds: float) -> JSONResponse:
    if not isinstance(clock_id, str):
        raise invalid_request("test_clock must be the id of a test clock", "test_clock")
    account, clock = owned(request, TEST_CLOCK, clock_id)
    advance_clock(Activity(sandbox_of(request), account), clock, seconds)
    return JSONResponse(
        {"account": account.id, "test_clock": clock["id"], "now": clock["frozen_time"]}
    )


def seconds_of(sent: Mapping[str, Any]) -> float:
    """Return how far the time is to move, by days, hours and seconds.

    Raises:
        StripeError: 400 for anything but numbers from 0 on, or when they come to nothing, or
            to more than ten years.
    """
    total = 0.0
    for name, size in UNITS.items():
        try:
            total += Number(name, LONGEST_LEAP // size).check(sent.get(name, 0)) * size
        except ValueError as error:
            raise invalid_request(f"{name} {error}", name) from error
    if not 0 < total <= LONGEST_LEAP:
        raise invalid_request(
            "Say how far the time is to move, in days, hours or seconds; at most ten years.", "days"
        )
    return total

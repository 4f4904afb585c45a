"""``/_sandbox/switches`` and ``/_sandbox/reset``: how an account behaves, and emptying it."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from stripe_sandbox.control.access import account_of, json_of, sandbox_of
from stripe_sandbox.errors import invalid_request
from stripe_sandbox.switches import WrongSwitches


def account_control_routes() -> list[Route]:
    """Return the routes for accounts as a whole."""
    return [
        Route("/_sandbox/switches", show_switches, methods=["GET"]),
        Route("/_sandbox/switches", change_switches, methods=["POST"]),
        Route("/_sandbox/reset", reset, methods=["POST"]),
    ]


async def show_switches(request: Request) -> JSONResponse:
    """Return the switches of the key's account."""
    return JSONResponse(account_of(request).switches.dump())


async def change_switches(request: Request) -> JSONResponse:
    """Change some switches of the key's account, by JSON."""
    account = account_of(request)
    try:
        account.change_switches(await json_of(request))
    except WrongSwitches as error:
        raise invalid_request(str(error), next(iter(error.problems))) from error
    sandbox_of(request).changed()
    return JSONResponse(account.switches.dump())


async def reset(request: Request) -> JSONResponse:
    """Empty the account of the key; the log of requests goes on."""
    account = account_of(request)
    sandbox_of(request).empty(account)
    return JSONResponse({"account": account.id, "reset": True})

"""``/_sandbox/requests``: the log of API requests."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from stripe_sandbox.accounts import Object
from stripe_sandbox.control.access import account_of, check_names, sandbox_of
from stripe_sandbox.errors import invalid_request
from stripe_sandbox.request_log import RequestLog

FILTERS = {"path", "method", "status", "since"}


def request_control_routes() -> list[Route]:
    """Return the routes for the log."""
    return [Route("/_sandbox/requests", list_requests, methods=["GET"])]


async def list_requests(request: Request) -> JSONResponse:
    """Return requests, the last one first: of the key's account, or of all without a key.

    ``path`` is how their paths begin. ``since`` is the number or the id of a request: only
    those that ended after it are returned.
    """
    wanted = dict(request.query_params)
    check_names(wanted, FILTERS)
    log = sandbox_of(request).requests
    keyed = "authorization" in request.headers
    after = _number_of(log, wanted.get("since", "0"))
    found = log.newest_first(account_of(request).id if keyed else None)
    chosen = [each for each in found if each["number"] > after and fits(each, wanted)]
    return JSONResponse({"requests": chosen})


def fits(entry: Object, wanted: dict[str, str]) -> bool:
    """Tell whether a request has the beginning of a path, the method and the status wanted."""
    return (
        entry["path"].startswith(wanted.get("path", ""))
        and ("method" not in wanted or wanted["method"].upper() == entry["method"])
        and ("status" not in wanted or wanted["status"] == f"{entry['status']}")
    )


def _number_of(log: RequestLog, since: str) -> int:
    if since.isdecimal():
        return int(since)
    entry = log.find(since)
    if entry is None:
        raise invalid_request(f"The log knows no request '{since[:40]}' (any more).", "since")
    return int(entry["number"])

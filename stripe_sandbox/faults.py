"""Faults of the API, as switches ask for them."""

from starlette.requests import Request

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.errors import StripeError

TOO_MANY_REQUESTS = 429


def failure_of(account: Account, method: str, path: str) -> StripeError | None:
    """Return the failure that hits a request before it takes effect, if one does."""
    fault = _hit(account, "api_failure", method, path)
    if fault is None:
        return None
    if fault["status"] == TOO_MANY_REQUESTS:
        message = "Request rate limit exceeded. The sandbox was asked to refuse this request."
        return StripeError(TOO_MANY_REQUESTS, message, code="rate_limit", replayable=False)
    message = "The sandbox was asked to fail this request. Nothing was done."
    return StripeError(fault["status"], message, kind="api_error", replayable=False)


def loses_answer(account: Account, method: str, path: str) -> bool:
    """Tell whether the answer to a request is to be lost."""
    return _hit(account, "lose_answers", method, path) is not None


def _hit(account: Account, name: str, method: str, path: str) -> Object | None:
    """Return the fault if it hits a request; one that hits so many times is counted down."""
    fault: Object | None = getattr(account.switches, name)
    if fault is None or not f"{method} {path}".startswith(fault["at"]):
        return None
    if "chance" in fault:
        return fault if account.chances.random() < fault["chance"] else None
    left = fault["times"] - 1
    account.change_switches({name: fault | {"times": left} if left else None})
    return fault


async def break_connection(request: Request) -> None:
    """Close a request's connection without an answer; what is answered later goes nowhere.

    ASGI has no word for that, so it takes the transport of the server, which is uvicorn.

    Raises:
        RuntimeError: under another server.
    """
    transport = getattr(getattr(request.receive, "__self__", None), "transport", None)
    if transport is None:
        raise RuntimeError("Answers can be lost only when uvicorn serves the sandbox.")
    transport.close()
    while (await request.receive())["type"] != "http.disconnect":
        pass

"""What the routes of the control API share: whose request it is, and what it carries."""

import json
from typing import Any

from starlette.requests import Request

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.errors import invalid_request, no_such
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.wire import secret_key


def sandbox_of(request: Request) -> Sandbox:
    """Return the sandbox that serves a request."""
    sandbox: Sandbox = request.app.state.sandbox
    return sandbox


def account_of(request: Request) -> Account:
    """Return the account of the key that a request carries.

    Raises:
        StripeError: 401.
    """
    return sandbox_of(request).account(secret_key(request))


def accounts_of(request: Request) -> list[Account]:
    """Return the account of the request's key, or every account when it carries none."""
    if "authorization" in request.headers:
        return [account_of(request)]
    return list(sandbox_of(request).each_account())


def owned(request: Request, kind: str, object_id: str) -> tuple[Account, Object]:
    """Return an object of any account by its id.

    Raises:
        StripeError: 404.
    """
    found = sandbox_of(request).owner_of(object_id)
    if found is None or found[1]["object"] != kind:
        raise no_such(kind, object_id)
    return found


async def json_of(request: Request) -> dict[str, Any]:
    """Return the JSON object that a request carries.

    Raises:
        StripeError: 400 when its body is none.
    """
    try:
        sent = json.loads(await request.body() or b"{}")
    except (ValueError, RecursionError) as error:
        raise invalid_request(f"Invalid JSON: {error}") from error
    if not isinstance(sent, dict):
        raise invalid_request("Invalid JSON: an object is expected.")
    return sent


def check_names(sent: Any, known: set[str]) -> None:
    """Refuse names that nobody reads.

    Raises:
        StripeError: 400.
    """
    unknown = set(sent) - known
    if unknown:
        raise invalid_request(f"Received unknown parameter: {', '.join(sorted(unknown))}")

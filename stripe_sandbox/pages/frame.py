"""The frame of the sandbox's own pages: whose account they show, and the ways between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.control import sandbox_of
from stripe_sandbox.errors import StripeError
from stripe_sandbox.pages.rendering import ENVIRONMENT, render

SEE_OTHER = 303
PLACES = {
    "/": "Overview",
    "/requests": "Requests",
    "/deliveries": "Deliveries",
    "/clock": "Clock",
    "/switches": "Switches",
}
# What a page says after a form brought one there; its address carries the word.
TOLD = {
    "moved": "The time has moved, and what was due on the way has happened.",
    "saved": "The switches are saved.",
    "reset": "The account is empty now. Its switches are as they were.",
    "resent": "The event goes again to every endpoint that asks for its type.",
}
ON_A_PAGE = 100
MOST_CHOICES = 50


@dataclass(frozen=True)
class Sheet:
    """One page of a long list."""

    entries: Sequence[Object]
    number: int
    last: int
    total: int


def shown_account(request: Request) -> Account | None:
    """Return the account that the address names, else the newest; none before there is one.

    Raises:
        StripeError: 404 for one that is unknown.
    """
    wanted = request.query_params.get("account")
    accounts = list(sandbox_of(request).each_account())
    if not wanted:
        return accounts[-1] if accounts else None
    for account in accounts:
        if account.id == wanted:
            return account
    raise StripeError(404, "The sandbox has no such account, or has been started anew since.")


def address(account: Account | None, path: str, /, **more: str | int) -> str:
    """Return the address of a page, for this account."""
    chosen = {"account": account.id} if account else {}
    query = urlencode(chosen | more)
    return f"{path}?{query}" if query else path


def framed(
    request: Request,
    account: Account | None,
    template: str,
    place: str,
    *,
    status: int = 200,
    **values: object,
) -> Response:
    """Return a page in the frame.

    Args:
        place: the one of ``PLACES`` that it belongs to.
    """
    accounts = list(sandbox_of(request).each_account())[-MOST_CHOICES:]
    if account and account not in accounts:
        accounts.append(account)
    return render(
        template,
        status,
        account=account,
        accounts=accounts[::-1],
        address=partial(address, account),
        place=place,
        places=PLACES,
        told=TOLD.get(request.query_params.get("told", "")),
        **values,
    )


def go_to(account: Account | None, path: str, told: str) -> Response:
    """Send the browser on to a page that says what was done."""
    return RedirectResponse(address(account, path, told=told), SEE_OTHER)


def filters(request: Request, *names: str) -> dict[str, str]:
    """Return what the address asks a list to be narrowed to."""
    sent = {name: request.query_params.get(name, "").strip() for name in names}
    return {name: value for name, value in sent.items() if value}


def sheet_of(request: Request, entries: Sequence[Object]) -> Sheet:
    """Return the page of a list that the address asks for."""
    last = max(1, -(-len(entries) // ON_A_PAGE))
    asked = request.query_params.get("page", "1")
    number = min(int(asked), last) if asked.isdecimal() and len(asked) < len(str(10**9)) else 1
    number = max(1, number)
    shown = entries[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]
    return Sheet(shown, number, last, len(entries))


def shown_key(account: Account) -> str:
    """Return an account's key for people, without its middle."""
    return f"{account.key[:8]}…{account.key[-4:]}"


ENVIRONMENT.filters["shown_key"] = shown_key

"""An account's switches as a form, and the button that empties the account."""

from collections.abc import Mapping
from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stripe_sandbox.accounts import Account
from stripe_sandbox.control import sandbox_of
from stripe_sandbox.pages.frame import framed, go_to, shown_account
from stripe_sandbox.switches import WrongSwitches, described_switches

CONFLICT = 409


def switch_page_routes() -> list[Route]:
    """Return the routes of the form and of the button."""
    return [
        Route("/switches", show_switches, methods=["GET"]),
        Route("/switches", save_switches, methods=["POST"]),
        Route("/reset", reset_from_page, methods=["POST"]),
    ]


async def show_switches(request: Request) -> Response:
    """Show every switch as it is."""
    return _form(request, shown_account(request))


async def save_switches(request: Request) -> Response:
    """Take the whole form, or nothing of it when something in it is wrong."""
    typed = {name: str(value) for name, value in (await request.form()).items()}
    account = shown_account(request)
    if account is None:
        return _form(request, None, status=CONFLICT)
    wanted = {each.name: each.kind.read(typed, each.name) for each in described_switches()}
    try:
        account.change_switches(wanted)
    except WrongSwitches as error:
        return _form(request, account, status=400, typed=typed, problems=error.problems)
    sandbox_of(request).changed()
    return go_to(account, "/switches", "saved")


async def reset_from_page(request: Request) -> Response:
    """Empty the account, if the person ticked that this is meant."""
    sure = (await request.form()).get("sure")
    account = shown_account(request)
    if account is None or not sure:
        status = 400 if account else CONFLICT
        return _form(request, account, status=status, unsure=True)
    sandbox_of(request).empty(account)
    return go_to(account, "/switches", "reset")


def _form(
    request: Request,
    account: Account | None,
    *,
    status: int = 200,
    typed: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
    unsure: bool = False,
) -> Response:
    described = described_switches()
    if typed is None:
        typed = _texts(account) if account else {}
    return framed(
        request,
        account,
        "switches.html",
        "/switches",
        status=status,
        groups=[(group, list(each)) for group, each in groupby(described, lambda one: one.group)],
        typed=typed,
        problems=problems or {},
        unsure=unsure,
    )


def _texts(account: Account) -> dict[str, str]:
    texts: dict[str, str] = {}
    for each in described_switches():
        texts |= each.kind.texts(getattr(account.switches, each.name), each.name)
    return texts

"""``/_sandbox/checkout``: pay or expire a session."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.control.access import check_names, json_of, owned, sandbox_of
from stripe_sandbox.errors import invalid_request
from stripe_sandbox.payments.cards import Payer
from stripe_sandbox.payments.checkout import (
    expire_session,
    finish_authentication,
    pay_session,
)
from stripe_sandbox.payments.session_intents import success_address


def checkout_control_routes() -> list[Route]:
    """Return the routes for Checkout sessions."""
    session = "/_sandbox/checkout/sessions/{session}"
    return [
        Route(f"{session}/pay", pay, methods=["POST"]),
        Route(f"{session}/expire", expire, methods=["POST"]),
    ]


def default_payer(account: Account, session: Object) -> Payer:
    """Return the person the session already knows."""
    known = session["customer_details"] or {}
    customer = account.of_kind("customer").get(session["customer"] or "") or {}
    return Payer(known.get("email"), known.get("name") or customer.get("name"))


async def pay(request: Request) -> JSONResponse:
    """Complete a session as its page would; 3-D Secure is passed unless asked otherwise."""
    account, session = owned(request, "checkout.session", request.path_params["session"])
    wishes = await _texts_of(request, {"card", "three_d_secure", "email", "name"})
    verdict = wishes.get("three_d_secure", "complete")
    if verdict not in ("complete", "fail"):
        raise invalid_request("three_d_secure must be complete or fail", "three_d_secure")
    known = default_payer(account, session)
    payer = Payer(wishes.get("email") or known.email, wishes.get("name") or known.name)
    activity = Activity(sandbox_of(request), account)
    try:
        card = wishes.get("card", "4242424242424242")
        if not pay_session(activity, session, card, payer):
            finish_authentication(activity, session, passed=verdict == "complete")
    finally:
        activity.sandbox.changed()
    return JSONResponse({"session": session, "redirect": success_address(session)})


async def expire(request: Request) -> JSONResponse:
    """Expire an open session."""
    account, session = owned(request, "checkout.session", request.path_params["session"])
    expire_session(Activity(sandbox_of(request), account), session)
    return JSONResponse({"session": session})


async def _texts_of(request: Request, known: set[str]) -> dict[str, str]:
    """Return texts from a JSON body or a form."""
    if "json" in request.headers.get("content-type", ""):
        sent: dict[str, Any] = await json_of(request)
    else:
        sent = dict(await request.form())
    check_names(sent, known)
    if not all(isinstance(value, str) for value in sent.values()):
        raise invalid_request("All values must be strings.")
    return sent

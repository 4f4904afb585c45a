"""``/_sandbox``: what a test or a person does that a shop cannot."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.errors import invalid_request, no_such
from stripe_sandbox.events import deliver
from stripe_sandbox.payments.cards import Payer
from stripe_sandbox.payments.checkout import (
    expire_session,
    finish_authentication,
    pay_session,
    success_address,
)
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.wire import secret_key

MOST_LISTED = 1000


def control_routes() -> list[Route]:
    """Return the control API's routes."""
    session = "/_sandbox/checkout/sessions/{session}"
    return [
        Route("/_sandbox/health", health, methods=["GET"]),
        Route(f"{session}/pay", pay, methods=["POST"]),
        Route(f"{session}/expire", expire, methods=["POST"]),
        Route("/_sandbox/deliveries", list_deliveries, methods=["GET"]),
        Route("/_sandbox/events/{event}/resend", resend, methods=["POST"]),
        Route("/_sandbox/switches", show_switches, methods=["GET"]),
        Route("/_sandbox/switches", change_switches, methods=["POST"]),
        Route("/_sandbox/reset", reset, methods=["POST"]),
    ]


def sandbox_of(request: Request) -> Sandbox:
    """Return the sandbox that serves a request."""
    sandbox: Sandbox = request.app.state.sandbox
    return sandbox


def owned(request: Request, kind: str, object_id: str) -> tuple[Account, Object]:
    """Return an object of any account by its id.

    Raises:
        StripeError: 404.
    """
    found = sandbox_of(request).owner_of(object_id)
    if found is None or found[1]["object"] != kind:
        raise no_such(kind, object_id)
    return found


def default_payer(account: Account, session: Object) -> Payer:
    """Return the person the session already knows."""
    known = session["customer_details"] or {}
    customer = account.of_kind("customer").get(session["customer"] or "") or {}
    return Payer(known.get("email"), known.get("name") or customer.get("name"))


async def health(request: Request) -> JSONResponse:
    """Say that the sandbox runs."""
    return JSONResponse({"status": "ok"})


async def pay(request: Request) -> JSONResponse:
    """Pay a session as its page would; 3-D Secure is passed unless asked otherwise."""
    account, session = owned(request, "checkout.session", request.path_params["session"])
    wishes = await _sent(request, {"card", "three_d_secure", "email", "name"})
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


async def list_deliveries(request: Request) -> JSONResponse:
    """Return deliveries, newest first: of the given key's account, or of all without a key."""
    sandbox = sandbox_of(request)
    if "authorization" in request.headers:
        accounts = [sandbox.account(secret_key(request))]
    else:
        accounts = list(sandbox.each_account())
    event = request.query_params.get("event")
    chosen = [
        delivery | {"account": account.id}
        for account in accounts
        for delivery in account.deliveries.values()
        if event in (None, delivery["event"])
    ]
    chosen.sort(key=lambda delivery: float(delivery["created"]), reverse=True)
    return JSONResponse({"deliveries": chosen[:MOST_LISTED]})


async def resend(request: Request) -> JSONResponse:
    """Deliver an event again, now, to every endpoint that wants its type."""
    account, event = owned(request, "event", request.path_params["event"])
    deliveries = deliver(sandbox_of(request), account, event)
    sandbox_of(request).changed()
    return JSONResponse({"deliveries": deliveries})


async def show_switches(request: Request) -> JSONResponse:
    """Return the switches of the key's account."""
    return JSONResponse(sandbox_of(request).account(secret_key(request)).switches.dump())


async def change_switches(request: Request) -> JSONResponse:
    """Change some switches of the key's account, by JSON."""
    account = sandbox_of(request).account(secret_key(request))
    try:
        account.switches = account.switches.changed(await _json(request))
    except ValueError as error:
        raise invalid_request(str(error)) from error
    sandbox_of(request).changed()
    return JSONResponse(account.switches.dump())


async def reset(request: Request) -> JSONResponse:
    """Empty the account of the key."""
    account = sandbox_of(request).account(secret_key(request))
    account.clear()
    sandbox_of(request).changed()
    return JSONResponse({"account": account.id, "reset": True})


async def _sent(request: Request, known: set[str]) -> dict[str, str]:
    """Return texts from a JSON body or a form."""
    if "json" in request.headers.get("content-type", ""):
        sent: dict[str, Any] = await _json(request)
    else:
        sent = dict(await request.form())
    unknown = set(sent) - known
    if unknown:
        raise invalid_request(f"Received unknown parameter: {', '.join(sorted(unknown))}")
    if not all(isinstance(value, str) for value in sent.values()):
        raise invalid_request("All values must be strings.")
    return sent


async def _json(request: Request) -> dict[str, Any]:
    try:
        sent = json.loads(await request.body() or b"{}")
    except ValueError as error:
        raise invalid_request(f"Invalid JSON: {error}") from error
    if not isinstance(sent, dict):
        raise invalid_request("Invalid JSON: an object is expected.")
    return sent

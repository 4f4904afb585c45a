"""The page on which an intent's bank asks for 3-D Secure, where no other page does."""

from urllib.parse import urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.control import sandbox_of
from stripe_sandbox.errors import StripeError
from stripe_sandbox.pages.rendering import render
from stripe_sandbox.payments.confirming import finish_intent_authentication
from stripe_sandbox.payments.setting_up import finish_setup_authentication

SEE_OTHER = 303
CONTINUATIONS = {
    "payment_intent": finish_intent_authentication,
    "setup_intent": finish_setup_authentication,
}


def authentication_routes() -> list[Route]:
    """Return the routes of the page."""
    return [
        Route("/authenticate/{intent}", show_question, methods=["GET"]),
        Route("/authenticate/{intent}", take_answer, methods=["POST"]),
    ]


async def show_question(request: Request) -> Response:
    """Ask, if the intent waits for it; otherwise say how it stands."""
    found = _find(request)
    if found is None:
        return render("unknown.html", 404)
    account, intent = found
    page = account.details_of(intent["id"]).get("authentication_page")
    if page:
        return RedirectResponse(page, SEE_OTHER)
    if intent["status"] != "requires_action":
        return render("authenticated.html", intent=intent)
    return render(
        "authenticate.html",
        action=request.url.path,
        amount=intent.get("amount"),
        currency=intent.get("currency"),
        other_card=_invoice_page(account, intent),
    )


async def take_answer(request: Request) -> Response:
    """Go on with the intent, and send the person back to the shop."""
    found = _find(request)
    if found is None:
        return render("unknown.html", 404)
    form = await request.form()
    # From here on nothing awaits: of two answers the second finds the first.
    account, intent = found
    page = account.details_of(intent["id"]).get("authentication_page")
    if page:
        return RedirectResponse(page, SEE_OTHER)
    if intent["status"] != "requires_action":
        return render("authenticated.html", 409, intent=intent)
    activity = Activity(sandbox_of(request), account)
    try:
        CONTINUATIONS[intent["object"]](activity, intent, form.get("result") == "complete")
    except StripeError:
        pass  # the intent keeps the error, and the way back tells of the failure
    finally:
        activity.sandbox.changed()
    way_back = account.details_of(intent["id"]).get("return_url")
    if way_back is None:
        return render("authenticated.html", intent=intent)
    return RedirectResponse(_with_outcome(way_back, intent), SEE_OTHER)


def _find(request: Request) -> tuple[Account, Object] | None:
    found = sandbox_of(request).owner_of(request.path_params["intent"])
    return found if found and found[1]["object"] in CONTINUATIONS else None


def _invoice_page(account: Account, intent: Object) -> str | None:
    """Return where another card can be given, if the intent is to pay an invoice."""
    invoice_id = account.details_of(intent["id"]).get("invoice")
    return f"/i/{invoice_id}" if invoice_id else None


def _with_outcome(address: str, intent: Object) -> str:
    """Return the shop's address with what Stripe adds to it."""
    kind = intent["object"]
    outcome = {
        kind: intent["id"],
        f"{kind}_client_secret": intent["client_secret"],
        "redirect_status": "succeeded" if intent["status"] == "succeeded" else "failed",
    }
    parts = urlsplit(address)
    query = "&".join(each for each in (parts.query, urlencode(outcome)) if each)
    return urlunsplit(parts._replace(query=query))

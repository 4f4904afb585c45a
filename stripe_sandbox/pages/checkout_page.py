"""The hosted Checkout page: pay, subscribe, save a card, or read why one cannot."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.control import default_payer, sandbox_of
from stripe_sandbox.errors import StripeError
from stripe_sandbox.pages.card_fields import card_fields, number_of, status_of
from stripe_sandbox.pages.checkout_words import priced_lines, words_of
from stripe_sandbox.pages.rendering import render
from stripe_sandbox.parameters import EMAIL
from stripe_sandbox.payments.bank_accounts import TEST_BANK_ACCOUNTS
from stripe_sandbox.payments.cards import TEST_CARDS, Payer
from stripe_sandbox.payments.checkout import (
    awaits_authentication,
    check_open,
    finish_authentication,
    pay_session,
)
from stripe_sandbox.payments.session_amounts import (
    due_today,
    enter_code,
    named_discounts,
    needs_method,
    remove_code,
)
from stripe_sandbox.payments.session_intents import success_address

SEE_OTHER = 303


def checkout_routes() -> list[Route]:
    """Return the routes of the hosted pages."""
    return [
        Route("/c/pay/{session}", show_checkout, methods=["GET"]),
        Route("/c/pay/{session}", submit_payment, methods=["POST"]),
        Route("/c/pay/{session}/promotion_code", submit_code, methods=["POST"]),
        Route("/c/pay/{session}/promotion_code/remove", submit_removal, methods=["POST"]),
        Route("/c/pay/{session}/authenticate", show_authentication, methods=["GET"]),
        Route("/c/pay/{session}/authenticate", submit_authentication, methods=["POST"]),
    ]


async def show_checkout(request: Request) -> Response:
    """Show what is bought, and ask for a card."""
    found = _find(request)
    if found is None:
        return _unknown()
    account, session = found
    if not _is_open(request, account, session):
        return _closed(account, session, 200)
    return _form(account, session, 200)


async def submit_payment(request: Request) -> Response:
    """Pay with the typed or chosen card."""
    found = _find(request)
    if found is None:
        return _unknown()
    form = await request.form()
    typed = {name: str(value).strip() for name, value in form.items()}
    # From here on nothing awaits: of two posts of one form the second finds it paid.
    account, session = found
    if not _is_open(request, account, session):
        return _closed(account, session, 409)
    known = default_payer(account, session)
    payer = Payer(known.email or typed.get("email") or None, known.name)
    if session["customer"] is None and not EMAIL.fullmatch(payer.email or ""):
        return _form(account, session, 400, typed, email_error="Enter an e-mail address.")
    return _pay(request, account, session, typed, payer)


def _pay(
    request: Request, account: Account, session: Object, typed: dict[str, str], payer: Payer
) -> Response:
    activity = Activity(sandbox_of(request), account)
    try:
        paid = pay_session(activity, session, number_of(typed), payer)
    except StripeError as refusal:
        return _form(account, session, status_of(refusal), typed, refusal=refusal)
    finally:
        activity.sandbox.changed()
    if paid:
        return RedirectResponse(success_address(session), SEE_OTHER)
    return RedirectResponse(request.url.path + "/authenticate", SEE_OTHER)


async def submit_code(request: Request) -> Response:
    """Take a promotion code, and show what it does to the total."""
    found = _find(request)
    if found is None:
        return _unknown()
    word = str((await request.form()).get("promotion_code", "")).strip()
    account, session = found
    if not _is_open(request, account, session):
        return _closed(account, session, 409)
    activity = Activity(sandbox_of(request), account)
    try:
        enter_code(activity, session, word)
    except StripeError as refusal:
        typed = {"promotion_code": word}
        return _form(account, session, 400, typed, code_error=refusal.message)
    activity.sandbox.changed()
    return RedirectResponse(_address(session), SEE_OTHER)


async def submit_removal(request: Request) -> Response:
    """Take a promotion code off again."""
    found = _find(request)
    if found is None:
        return _unknown()
    account, session = found
    if not _is_open(request, account, session):
        return _closed(account, session, 409)
    activity = Activity(sandbox_of(request), account)
    remove_code(activity, session)
    activity.sandbox.changed()
    return RedirectResponse(_address(session), SEE_OTHER)


async def show_authentication(request: Request) -> Response:
    """Play the bank that asks for 3-D Secure."""
    found = _find(request)
    if found is None:
        return _unknown()
    account, session = found
    if not _is_open(request, account, session):
        return _closed(account, session, 200)
    if not awaits_authentication(account, session):
        return RedirectResponse(_address(session), SEE_OTHER)
    page = _address(session)
    return render(
        "authenticate.html",
        action=f"{page}/authenticate",
        amount=due_today(account, session),
        currency=session["currency"],
        other_card=page,
    )


async def submit_authentication(request: Request) -> Response:
    """Take the person's answer to the bank."""
    found = _find(request)
    if found is None:
        return _unknown()
    form = await request.form()
    account, session = found
    if not _is_open(request, account, session):
        return _closed(account, session, 409)
    if not awaits_authentication(account, session):
        return RedirectResponse(_address(session), SEE_OTHER)
    activity = Activity(sandbox_of(request), account)
    try:
        finish_authentication(activity, session, passed=form.get("result") == "complete")
    except StripeError as refusal:
        return _form(account, session, 402, refusal=refusal)
    finally:
        activity.sandbox.changed()
    return RedirectResponse(success_address(session), SEE_OTHER)


def _find(request: Request) -> tuple[Account, Object] | None:
    found = sandbox_of(request).owner_of(request.path_params["session"])
    return found if found and found[1]["object"] == "checkout.session" else None


def _address(session: Object) -> str:
    return f"/c/pay/{session['id']}"


def _is_open(request: Request, account: Account, session: Object) -> bool:
    try:
        check_open(Activity(sandbox_of(request), account), session)
    except StripeError:
        return False
    return True


def _form(
    account: Account,
    session: Object,
    status: int,
    typed: dict[str, str] | None = None,
    *,
    refusal: StripeError | None = None,
    email_error: str = "",
    code_error: str = "",
) -> Response:
    typed, kinds = typed or {}, session["payment_method_types"]
    fields = card_fields(typed, refusal) | {
        "cards": TEST_CARDS if "card" in kinds else (),
        "banks": TEST_BANK_ACCOUNTS if "us_bank_account" in kinds else (),
    }
    return render(
        "checkout.html",
        status,
        session=session,
        action=_address(session),
        words=words_of(account, session),
        lines=priced_lines(account, session),
        due=due_today(account, session),
        asks_method=needs_method(account, session),
        email=typed.get("email", ""),
        known_email=default_payer(account, session).email,
        email_error=email_error,
        discounts=named_discounts(account, session),
        code=typed.get("promotion_code", ""),
        code_error=code_error,
        **fields,
    )


def _closed(account: Account, session: Object, status: int) -> Response:
    done = session["status"] == "complete"
    way_back = success_address(session) if done else session["cancel_url"]
    return render("closed.html", status, session=session, done=done, way_back=way_back)


def _unknown() -> Response:
    return render("unknown.html", 404)

"""The hosted Checkout page: pay, subscribe, save a card, or read why one cannot."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

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

SEE_OTHER, CONFLICT = 303, 409


@dataclass(frozen=True)
class Visit:
    """A request to the page of an open session, and what its form sent."""

    activity: Activity
    session: Object
    sent: dict[str, str]

    @property
    def account(self) -> Account:
        """The account of the shop."""
        return self.activity.account

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"/c/pay/{self.session['id']}"


def checkout_routes() -> list[Route]:
    """Return the routes of the hosted pages."""
    page = "/c/pay/{session}"
    return [
        Route(page, step(show_checkout), methods=["GET"]),
        Route(page, step(submit_payment), methods=["POST"]),
        Route(f"{page}/promotion_code", step(submit_code), methods=["POST"]),
        Route(f"{page}/promotion_code/remove", step(submit_removal), methods=["POST"]),
        Route(f"{page}/authenticate", step(show_authentication), methods=["GET"]),
        Route(f"{page}/authenticate", step(submit_authentication), methods=["POST"]),
    ]


def step(answer: Callable[[Visit], Response]) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint of a step; a session that is not open any more says so instead.

    A step does not await: of two posts of one form the second finds what the first did.
    """

    async def endpoint(request: Request) -> Response:
        form = await request.form()
        found = sandbox_of(request).owner_of(request.path_params["session"])
        if found is None or found[1]["object"] != "checkout.session":
            return render("unknown.html", 404)
        account, session = found
        activity = Activity(sandbox_of(request), account)
        try:
            check_open(activity, session)
        except StripeError:
            return _closed(account, session, 200 if request.method == "GET" else CONFLICT)
        sent = {name: str(value).strip() for name, value in form.items()}
        try:
            return answer(Visit(activity, session, sent))
        finally:
            activity.sandbox.changed()

    return endpoint


def show_checkout(visit: Visit) -> Response:
    """Show what is bought, and ask for a card."""
    return _form(visit)


def submit_payment(visit: Visit) -> Response:
    """Pay with the typed or chosen card."""
    known = default_payer(visit.account, visit.session)
    payer = Payer(known.email or visit.sent.get("email") or None, known.name)
    if visit.session["customer"] is None and not EMAIL.fullmatch(payer.email or ""):
        return _form(visit, 400, email_error="Enter an e-mail address.")
    try:
        paid = pay_session(visit.activity, visit.session, number_of(visit.sent), payer)
    except StripeError as refusal:
        return _form(visit, status_of(refusal), refusal=refusal)
    return _go(success_address(visit.session) if paid else f"{visit.address}/authenticate")


def submit_code(visit: Visit) -> Response:
    """Take a promotion code, and show what it does to the total."""
    try:
        enter_code(visit.activity, visit.session, visit.sent.get("promotion_code", ""))
    except StripeError as refusal:
        return _form(visit, 400, code_error=refusal.message)
    return _go(visit.address)


def submit_removal(visit: Visit) -> Response:
    """Take a promotion code off again."""
    remove_code(visit.activity, visit.session)
    return _go(visit.address)


def show_authentication(visit: Visit) -> Response:
    """Play the bank that asks for 3-D Secure."""
    if not awaits_authentication(visit.account, visit.session):
        return _go(visit.address)
    return render(
        "authenticate.html",
        action=f"{visit.address}/authenticate",
        amount=due_today(visit.account, visit.session),
        currency=visit.session["currency"],
        other_card=visit.address,
    )


def submit_authentication(visit: Visit) -> Response:
    """Take the person's answer to the bank."""
    if not awaits_authentication(visit.account, visit.session):
        return _go(visit.address)
    passed = visit.sent.get("result") == "complete"
    try:
        finish_authentication(visit.activity, visit.session, passed=passed)
    except StripeError as refusal:
        return _form(visit, 402, refusal=refusal)
    return _go(success_address(visit.session))


def _go(address: str) -> Response:
    return RedirectResponse(address, SEE_OTHER)


def _form(
    visit: Visit,
    status: int = 200,
    *,
    refusal: StripeError | None = None,
    email_error: str = "",
    code_error: str = "",
) -> Response:
    account, session, sent = visit.account, visit.session, visit.sent
    kinds = session["payment_method_types"]
    fields = card_fields(sent, refusal) | {
        "cards": TEST_CARDS if "card" in kinds else (),
        "banks": TEST_BANK_ACCOUNTS if "us_bank_account" in kinds else (),
    }
    return render(
        "checkout.html",
        status,
        session=session,
        action=visit.address,
        words=words_of(account, session),
        lines=priced_lines(account, session),
        due=due_today(account, session),
        asks_method=needs_method(account, session),
        email=sent.get("email", ""),
        known_email=default_payer(account, session).email,
        email_error=email_error,
        discounts=named_discounts(account, session),
        code=sent.get("promotion_code", ""),
        code_error=code_error,
        **fields,
    )


def _closed(account: Account, session: Object, status: int) -> Response:
    done = session["status"] == "complete"
    way_back = success_address(session) if done else session["cancel_url"]
    return render("closed.html", status, session=session, done=done, way_back=way_back)

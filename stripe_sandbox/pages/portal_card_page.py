"""The portal's steps with cards: save one, choose the one that pays, remove one."""

from starlette.responses import Response
from starlette.routing import Route

from stripe_sandbox.accounts import Object
from stripe_sandbox.errors import StripeError, no_such
from stripe_sandbox.pages.card_fields import card_fields, number_of, status_of
from stripe_sandbox.pages.portal_visits import Visit, go, go_on, step
from stripe_sandbox.pages.rendering import render
from stripe_sandbox.payments.kept_cards import (
    add_card,
    charge_by_default,
    finish_adding_card,
    remove_card,
)

FEATURE = "payment_method_update"
CONFLICT = 409


def card_routes() -> list[Route]:
    """Return the routes of these steps."""
    new, kept = "/p/session/{session}/card", "/p/session/{session}/cards/{card}"
    bank = "/p/session/{session}/card/authenticate/{intent}"
    return [
        Route(new, step(ask_card, FEATURE), methods=["GET"]),
        Route(new, step(save_card, FEATURE), methods=["POST"]),
        Route(bank, step(ask_bank, FEATURE), methods=["GET"]),
        Route(bank, step(hear_bank, FEATURE), methods=["POST"]),
        Route(f"{kept}/default", step(choose_card, FEATURE), methods=["POST"]),
        Route(f"{kept}/remove", step(ask_removal, FEATURE), methods=["GET"]),
        Route(f"{kept}/remove", step(drop_card, FEATURE), methods=["POST"]),
    ]


def ask_card(visit: Visit) -> Response:
    """Ask for a card."""
    return _form(visit)


def _form(visit: Visit, status: int = 200, refusal: StripeError | None = None) -> Response:
    fields = card_fields(visit.sent, refusal)
    return visit.page("portal_card.html", status, action=visit.address("card"), **fields)


def save_card(visit: Visit) -> Response:
    """Save the typed or chosen card, which pays from now on; its bank may want 3-D Secure first."""
    try:
        intent = add_card(visit.activity, visit.customer, number_of(visit.sent))
    except StripeError as refusal:
        return _form(visit, status_of(refusal), refusal)
    if intent["status"] == "requires_action":
        return go(visit.address("card", "authenticate", intent["id"]))
    return go_on(visit, "added")


def ask_bank(visit: Visit) -> Response:
    """Play the bank that asks for 3-D Secure."""
    intent = _intent(visit)
    if intent["status"] != "requires_action":
        return go(visit.address())
    return render(
        "authenticate.html",
        action=visit.address("card", "authenticate", intent["id"]),
        amount=None,
        currency=None,
        other_card=visit.address("card"),
    )


def hear_bank(visit: Visit) -> Response:
    """Take the person's answer to the bank."""
    intent = _intent(visit)
    if intent["status"] != "requires_action":
        return _form(visit, CONFLICT)
    try:
        finish_adding_card(
            visit.activity, visit.customer, intent, passed=visit.sent.get("result") == "complete"
        )
    except StripeError as refusal:
        return _form(visit, refusal.status, refusal)
    return go_on(visit, "added")


def _intent(visit: Visit) -> Object:
    wanted = visit.parts["intent"]
    intent = visit.account.get("setup_intent", wanted)
    if intent["customer"] != visit.customer["id"]:
        raise no_such("setup_intent", wanted)
    return intent


def choose_card(visit: Visit) -> Response:
    """Make a kept card the one that pays."""
    charge_by_default(visit.activity, visit.customer, _card(visit))
    return go_on(visit, "chosen")


def ask_removal(visit: Visit) -> Response:
    """Ask whether a card shall be removed for good."""
    method = _card(visit)
    return visit.page(
        "portal_remove_card.html",
        action=visit.address("cards", method["id"], "remove"),
        card=method["card"],
    )


def drop_card(visit: Visit) -> Response:
    """Remove a card."""
    remove_card(visit.activity, visit.customer, _card(visit))
    return go_on(visit, "removed")


def _card(visit: Visit) -> Object:
    wanted = visit.parts["card"]
    method = visit.account.get("payment_method", wanted)
    if method["customer"] != visit.customer["id"]:
        raise no_such("payment_method", wanted)
    return method

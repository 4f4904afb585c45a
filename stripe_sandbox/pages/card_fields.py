"""The fields of a page on which somebody chooses or types a card; see card_fields.html."""

from collections.abc import Mapping
from typing import Any

from stripe_sandbox.errors import StripeError
from stripe_sandbox.payments.cards import TEST_CARDS

BAD_REQUEST = 400


def card_fields(sent: Mapping[str, str], refusal: StripeError | None = None) -> dict[str, Any]:
    """Return what the template needs: the cards, what was chosen, and why it was not taken.

    Args:
        sent: what the person sent before, if anything.
        refusal: why that was refused; one about the number is shown beside its field, and any
            other as the template's ``refusal``.
    """
    wrong_number = refusal is not None and is_about_number(refusal)
    return {
        "cards": TEST_CARDS,
        "banks": (),
        "chosen": sent.get("test_card") or TEST_CARDS[0].number,
        "number": sent.get("card_number", ""),
        "number_error": refusal.message if refusal and wrong_number else "",
        "refusal": None if wrong_number else refusal,
    }


def number_of(sent: Mapping[str, str]) -> str:
    """Return the number to be charged: a typed one goes before the choice."""
    return sent.get("card_number") or sent.get("test_card") or ""


def status_of(refusal: StripeError) -> int:
    """Return the status of a page that shows a refusal of a card."""
    return BAD_REQUEST if is_about_number(refusal) else refusal.status


def is_about_number(refusal: StripeError) -> bool:
    """Tell whether the typed number is no card's."""
    return refusal.code == "invalid_number"

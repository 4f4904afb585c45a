"""The test cards, and what each of them does."""

import re
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.errors import StripeError

Behaviour = Literal["pays", "declines", "authenticates", "authenticates_once"]
Refunding = Literal["succeeds", "fails_later", "succeeds_later"]


@dataclass(frozen=True)
class Card:
    """A card number with its fate; one that declines, be it after 3-D Secure, carries its error."""

    number: str
    label: str
    behaviour: Behaviour = "pays"
    brand: str = "visa"
    code: str = ""
    decline_code: str = ""
    message: str = ""
    # A declining card that can be saved all the same.
    attaches: bool = False
    # Why its owner disputes every payment soon after it; an inquiry only asks.
    dispute_reason: str = ""
    is_inquiry: bool = False
    refunding: Refunding = "succeeds"

    @property
    def can_be_saved(self) -> bool:
        """Whether the bank agrees to later payments by it."""
        return self.behaviour != "declines" or self.attaches

    @property
    def last4(self) -> str:
        """The four digits that may be shown."""
        return self.number[-4:]

    @property
    def spaced(self) -> str:
        """The number in groups of four, for people."""
        return " ".join(self.number[at : at + 4] for at in range(0, len(self.number), 4))

    def asks(self, *, is_set_up: bool) -> bool:
        """Tell whether the bank wants 3-D Secure before it pays."""
        return self.behaviour == "authenticates" or (
            self.behaviour == "authenticates_once" and not is_set_up
        )

    def past_authentication(self) -> "Card":
        """Return the card as it behaves where nobody is asked, or after the answer."""
        return replace(self, behaviour="declines" if self.code else "pays")

    def refusing_authentication(self) -> "Card":
        """Return the card as it declines when nobody is there to authenticate."""
        return replace(
            self,
            behaviour="declines",
            code="authentication_required",
            decline_code="authentication_required",
            message="Your card was declined. This transaction requires authentication.",
        )

    def refusal(self, **extras: Any) -> StripeError:
        """Return the 402 with which this card is declined."""
        return StripeError(
            402,
            self.message,
            kind="card_error",
            code=self.code,
            decline_code=self.decline_code or None,
            extras={name: value for name, value in extras.items() if value is not None},
        )


def _declining(number: str, label: str, code: str, decline_code: str, message: str) -> Card:
    return Card(number, label, "declines", "visa", code, decline_code, message)


TEST_CARDS = (
    Card("4242424242424242", "Succeeds"),
    Card("5555555555554444", "Succeeds (Mastercard)", brand="mastercard"),
    _declining(
        "4000000000000002",
        "Declined",
        "card_declined",
        "generic_decline",
        "Your card was declined.",
    ),
    _declining(
        "4000000000009995",
        "Insufficient funds",
        "card_declined",
        "insufficient_funds",
        "Your card has insufficient funds.",
    ),
    replace(
        _declining(
            "4000000000000341",
            "Can be saved, every charge declines",
            "card_declined",
            "generic_decline",
            "Your card was declined.",
        ),
        attaches=True,
    ),
    Card("4000000000003220", "Asks for 3-D Secure", "authenticates"),
    Card("4000002760003184", "Asks for 3-D Secure always", "authenticates"),
    Card("4000002500003155", "Asks for 3-D Secure until set up", "authenticates_once"),
    Card(
        "4000008260003178",
        "Asks for 3-D Secure, then insufficient funds",
        "authenticates_once",
        code="card_declined",
        decline_code="insufficient_funds",
        message="Your card has insufficient funds.",
    ),
    _declining(
        "4000000000000069", "Expired", "expired_card", "expired_card", "Your card has expired."
    ),
    _declining(
        "4000000000000127",
        "Wrong security code",
        "incorrect_cvc",
        "incorrect_cvc",
        "Your card's security code is incorrect.",
    ),
    Card("4000000000000259", "Paid, then disputed as fraudulent", dispute_reason="fraudulent"),
    Card(
        "4000000000002685",
        "Paid, then disputed as not received",
        dispute_reason="product_not_received",
    ),
    Card(
        "4000000000001976",
        "Paid, then the bank inquires",
        dispute_reason="fraudulent",
        is_inquiry=True,
    ),
    Card("4000000000005126", "Paid; a refund fails later", refunding="fails_later"),
    Card("4000000000007726", "Paid; a refund succeeds later", refunding="succeeds_later"),
)
CARD_NUMBER = re.compile(r"[0-9]{12,19}")
BY_NUMBER = {card.number: card for card in TEST_CARDS}
# Known by its last digits and often written so, although it fails the check digit.
BY_NUMBER["4000000000003155"] = BY_NUMBER["4000002500003155"]
# What follows "tok_" in Stripe's test tokens, and "pm_card_" in its test payment methods.
TOKENS = {
    "visa": "4242424242424242",
    "mastercard": "5555555555554444",
    "chargeDeclined": "4000000000000002",
    "visa_chargeDeclined": "4000000000000002",
    "chargeDeclinedInsufficientFunds": "4000000000009995",
    "visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "chargeDeclinedExpiredCard": "4000000000000069",
    "chargeDeclinedIncorrectCvc": "4000000000000127",
    "chargeCustomerFail": "4000000000000341",
    "threeDSecure2Required": "4000000000003220",
    "authenticationRequired": "4000002760003184",
    "authenticationRequiredOnSetup": "4000002500003155",
    "authenticationRequiredChargeDeclinedInsufficientFunds": "4000008260003178",
    "createDispute": "4000000000000259",
    "createDisputeProductNotReceived": "4000000000002685",
    "createDisputeInquiry": "4000000000001976",
    "refundFail": "4000000000005126",
    "pendingRefund": "4000000000007726",
}


@dataclass(frozen=True)
class Payer:
    """Who pays: what the person typed on the page."""

    email: str | None = None
    name: str | None = None
    # The country a test card comes from.
    country: str = field(default="US")


def read_card(text: str) -> Card:
    """Return the card of a number typed with or without spaces and dashes.

    A valid number that is no test card is declined, as Stripe's test mode does.

    Raises:
        StripeError: 402 ``invalid_number`` for what is no card number.
    """
    number = text.replace(" ", "").replace("-", "")
    if number in BY_NUMBER:
        return BY_NUMBER[number]
    if not (CARD_NUMBER.fullmatch(number) and _luhn(number)):
        raise StripeError(
            402,
            "The card number is not a valid card number.",
            kind="card_error",
            code="invalid_number",
            param="number",
        )
    return _declining(
        number,
        "No test card",
        "card_declined",
        "test_mode_live_card",
        "Your card was declined: the sandbox takes test cards only.",
    )


def card_of_token(token: str, prefix: str) -> Card | None:
    """Return the card that a test token stands for, if it is one.

    Args:
        prefix: ``tok_`` or ``pm_card_``.
    """
    number = TOKENS.get(token.removeprefix(prefix)) if token.startswith(prefix) else None
    return BY_NUMBER[number] if number else None


def card_of(account: Account, method: Object) -> Card:
    """Return the card behind a payment method."""
    return read_card(account.details_of(method["id"])["card"])


def _luhn(number: str) -> bool:
    total = 0
    for at, digit in enumerate(reversed(number)):
        tens, ones = divmod(int(digit) * (1 + at % 2), 10)
        total += tens + ones
    return total % 10 == 0

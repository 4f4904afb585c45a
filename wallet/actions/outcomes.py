"""Turns what the ledger's SQL answers into a posting or a refusal."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.urls import reverse

from creditsite.kernel.credits import CREDIT_DIGITS, CREDIT_PLACES, round_credits
from creditsite.kernel.errors import DomainError, IdempotencyKeyReused, NextStep
from wallet.errors import (
    CreditsOutOfRange,
    InsufficientCredits,
    QuantityTooSmall,
    ServiceNotFound,
    ServicePaused,
    ServiceUnpriced,
    WalletClosed,
    WalletNotFound,
    WalletPaused,
)
from wallet.ledger import Outcome, Posting

MOST_CREDITS = Decimal(10) ** (CREDIT_DIGITS - CREDIT_PLACES)


def posting_of(outcome: Outcome) -> Posting:
    """Return the posting of a ledger call, or raise the refusal its outcome names."""
    if outcome.posting is not None:
        return outcome.posting
    if outcome.name == "insufficient":
        raise _insufficient(outcome)
    refusal, detail = REFUSALS[outcome.name]
    raise refusal(detail)


def require_credits(credits: Decimal) -> Decimal:
    """Return `credits` with four places; raise `CreditsOutOfRange` unless it is above zero,
    finite, has no more than four places and fits a wallet."""
    if not credits.is_finite() or not 0 < credits < MOST_CREDITS:
        raise CreditsOutOfRange(f"Credits must be above 0 and below {MOST_CREDITS:,}.")
    rounded = round_credits(credits)
    if rounded != credits:
        raise CreditsOutOfRange("Credits have at most four decimal places.")
    return rounded


def _insufficient(outcome: Outcome) -> InsufficientCredits:
    assert outcome.available is not None
    available = round_credits(outcome.available)
    path = reverse("billing:top_up")
    if outcome.required is None:
        return InsufficientCredits(f"{available} credits are available.", available=available)
    return InsufficientCredits(
        f"This needs {outcome.required} credits, {available} are available.",
        next_step=NextStep("Buy credits", path),
        available=available,
        required=outcome.required,
        top_up_url=f"{settings.SITE_URL}{path}",
    )


REFUSALS: dict[str, tuple[type[DomainError], str]] = {
    "key_reused": (
        IdempotencyKeyReused,
        "The key stands for another request. Use a new key for a new request.",
    ),
    "wallet_not_found": (WalletNotFound, "No wallet has this id."),
    "wallet_paused": (
        WalletPaused,
        "An operator paused this wallet. Nothing is spent until it is resumed.",
    ),
    "wallet_closed": (WalletClosed, "This wallet is closed and takes no more entries."),
    "wallet_full": (
        CreditsOutOfRange,
        f"A wallet holds less than {MOST_CREDITS:,} credits. Put in fewer.",
    ),
    "service_not_found": (ServiceNotFound, "No service has this slug."),
    "service_paused": (ServicePaused, "The service is paused for everyone. Try again later."),
    "service_unpriced": (ServiceUnpriced, "The service has no price in force yet."),
    "quantity_too_small": (
        QuantityTooSmall,
        "The quantity costs less than 0.0001 credits. Spend more of it at once.",
    ),
}

"""Turns what the ledger's SQL answers into a row or a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse

from creditsite.kernel.credits import CREDIT_DIGITS, CREDIT_PLACES, round_credits
from creditsite.kernel.errors import DomainError, IdempotencyKeyReused, NextStep
from wallet import errors
from wallet.ledger import Outcome, Row
from wallet.models import LedgerEntry, SystemPause

MOST_CREDITS = Decimal(10) ** (CREDIT_DIGITS - CREDIT_PLACES)
RETRY_SECONDS = 60
SWITCHED_OFF = "Credits are switched off on this site."
# Facts of the ledger's answers that are credits; they come as text.
CREDIT_FACTS = {"available", "required", "limit", "used", "held", "captured", "left"}


@dataclass(frozen=True)
class Posting:
    """An entry and whether it was there before (a retry answered with the first result).

    Of a spend's entry, what explains and proves it is fetched where it is looked at.
    """

    entry: LedgerEntry
    replayed: bool


def row_of(outcome: Outcome[Row]) -> Row:
    """Return the row of a ledger call, or raise the refusal its outcome names."""
    if outcome.name not in {"posted", "replayed"} or outcome.row is None:
        raise refusal_of(outcome)
    return outcome.row


def posting_of(outcome: Outcome[LedgerEntry]) -> Posting:
    """Return the posting of a ledger call, or raise the refusal its outcome names."""
    return Posting(row_of(outcome), outcome.replayed)


def refusal_of(outcome: Outcome[Row]) -> DomainError:
    """Return the refusal that an outcome names, with its facts."""
    facts: dict[str, Any] = {
        name: Decimal(value) if name in CREDIT_FACTS else value
        for name, value in outcome.facts.items()
    }
    if outcome.name == "insufficient" and "required" in facts:
        path = reverse("billing:top_up")
        return errors.InsufficientCredits(
            f"This needs {facts['required']} credits, {facts['available']} are available.",
            next_step=NextStep("Buy credits", path),
            top_up_url=f"{settings.SITE_URL}{path}",
            **facts,
        )
    if outcome.name == "system_paused":
        return system_paused(facts["reason"])
    if outcome.name == "system_off":
        return system_paused(SWITCHED_OFF)
    refusal, detail = REFUSALS[outcome.name]
    return refusal(detail.format(**facts), **facts)


def system_paused(reason: str) -> errors.SystemPaused:
    """Return the refusal of a paused system, with the reason that customers are shown."""
    ended = reason if reason.endswith((".", "!", "?")) else f"{reason}."
    return errors.SystemPaused(
        f"{ended} Nothing was spent or charged. Try the same request again later.",
        retry_after=RETRY_SECONDS,
        reason=reason,
    )


def require_system_running() -> None:
    """Raise `SystemPaused` where the settings or an operator's pause stop spending and buying.

    For actions that ask the ledger nothing: its SQL functions look at both themselves, once they
    know that the request was not answered before.
    """
    if not settings.CREDIT_SYSTEM_ENABLED:
        raise system_paused(SWITCHED_OFF)
    pause = SystemPause.current()
    if pause is not None:
        raise system_paused(pause.reason)


def require_credits(credits: Decimal) -> Decimal:
    """Return `credits` with four places; raise `CreditsOutOfRange` unless it is above zero,
    finite, has no more than four places and fits a wallet."""
    if not credits.is_finite() or not 0 < credits < MOST_CREDITS:
        raise errors.CreditsOutOfRange(f"Credits must be above 0 and below {MOST_CREDITS:,}.")
    rounded = round_credits(credits)
    if rounded != credits:
        raise errors.CreditsOutOfRange("Credits have at most four decimal places.")
    return rounded


REFUSALS: dict[str, tuple[type[DomainError], str]] = {
    "key_reused": (
        IdempotencyKeyReused,
        "The key stands for another request. Use a new key for a new request.",
    ),
    "wallet_not_found": (errors.WalletNotFound, "No wallet has this id."),
    "wallet_paused": (
        errors.WalletPaused,
        "An operator paused this wallet. Nothing is spent until it is resumed.",
    ),
    "wallet_closed": (errors.WalletClosed, "This wallet is closed and takes no more entries."),
    "wallet_full": (
        errors.CreditsOutOfRange,
        f"A wallet holds less than {MOST_CREDITS:,} credits. Put in fewer.",
    ),
    "service_not_found": (errors.ServiceNotFound, "No service has this slug."),
    "service_paused": (
        errors.ServicePaused,
        "The service is paused for everyone. Try again later.",
    ),
    "service_unpriced": (errors.ServiceUnpriced, "The service has no price in force yet."),
    "quantity_too_small": (
        errors.QuantityTooSmall,
        "The quantity costs less than 0.0001 credits. Spend more of it at once.",
    ),
    "insufficient": (
        errors.InsufficientCredits,
        "Only {available} credits are available. Take out that many at most.",
    ),
    "limit_reached": (
        errors.LimitReached,
        "{used} of {limit} credits a {period} are used or held. The limit resets at {resets_at}.",
    ),
    "hold_not_found": (errors.HoldNotFound, "No hold has this id."),
    "hold_settled": (
        errors.HoldAlreadySettled,
        "The hold is {hold_status}; a hold settles once. Spend without it, or place a new one.",
    ),
    "capture_above_hold": (
        errors.CaptureAboveHold,
        "{held} credits are held. Capture those, and spend what is missing on its own.",
    ),
    "spend_not_found": (errors.SpendNotFound, "No spend has this id."),
    "spend_reversed": (
        errors.SpendAlreadyReversed,
        "Everything of this spend was given back before.",
    ),
    "reversal_too_large": (
        errors.ReversalTooLarge,
        "{left} credits of this spend are left to give back.",
    ),
    "grant_not_found": (errors.GrantNotFound, "The wallet has no lot with this id."),
    "nothing_to_roll_over": (
        errors.NothingToRollOver,
        "The lot is used up, held or has lapsed already.",
    ),
    "expiry_in_the_past": (errors.ExpiryInThePast, "Choose an expiry that is still to come."),
    "expiry_too_early": (
        errors.ExpiryTooEarly,
        "The lot lasts longer than that. Choose an expiry that is not before its own.",
    ),
}

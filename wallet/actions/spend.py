"""Spend credits on services, and give them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings

from creditsite.kernel.actor import Actor
from creditsite.kernel.errors import DomainError
from wallet import ledger
from wallet.actions.outcomes import (
    Posting,
    posting_of,
    refusal_of,
    require_credits,
)
from wallet.actions.reasons import require_reason
from wallet.errors import BatchSizeOutOfRange
from wallet.models import LedgerEntry

MOST_ITEMS = 1000
# How long credits last that come back after their lot has expired.
REVERSAL_GRACE = timedelta(days=30)


@dataclass(frozen=True)
class BatchItem:
    """One spend of a batch; its key counts within its wallet, as that of a single spend does."""

    wallet_id: int
    service: str
    quantity: Decimal
    idempotency_key: str
    metadata: dict[str, Any] = field(default_factory=dict)


def spend_credits(
    *,
    wallet_id: int,
    service: str,
    idempotency_key: str,
    actor: Actor,
    quantity: Decimal | None = None,
    credits: Decimal | None = None,
    metadata: dict[str, Any] | None = None,
) -> Posting:
    """Spend what `quantity` units of the service (by slug) cost at the rate in force.

    Or `credits` as they are, where the service knows its price itself; exactly one of the two.
    One round trip; lots are drawn in the published order. A repeated key answers the first
    posting, marked replayed. A refusal writes no entry and does not use up its key.

    Raises `InsufficientCredits`, `LimitReached`, `WalletPaused`, `WalletClosed`,
    `WalletNotFound`, `ServiceNotFound`, `ServicePaused`, `ServiceUnpriced`, `QuantityTooSmall`,
    `CreditsOutOfRange` (quantity or credits), `SystemPaused`, `IdempotencyKeyReused`.
    """
    if (quantity is None) == (credits is None):
        raise TypeError("name a quantity or credits")
    return posting_of(
        ledger.spend(
            wallet_id=wallet_id,
            service=service,
            quantity=None if quantity is None else require_credits(quantity),
            credits=None if credits is None else require_credits(credits),
            idempotency_key=idempotency_key,
            metadata=metadata or {},
            actor=actor,
            is_on=settings.CREDIT_SYSTEM_ENABLED,
        )
    )


def spend_batch(*, items: Sequence[BatchItem], actor: Actor) -> list[Posting | DomainError]:
    """Spend each item as `spend_credits` would, all in one round trip; results in order.

    An item that is refused is answered its refusal and harms no other. Items of one wallet are
    spent in the order given.

    Raises `BatchSizeOutOfRange` unless there are 1 to `MOST_ITEMS`.
    """
    if not 1 <= len(items) <= MOST_ITEMS:
        raise BatchSizeOutOfRange(f"Send 1 to {MOST_ITEMS:,} items at once.")
    results: list[Posting | DomainError | None] = [None] * len(items)
    sound: list[int] = []
    for place, item in enumerate(items):
        try:
            require_credits(item.quantity)
            sound.append(place)
        except DomainError as refusal:
            results[place] = refusal
    chosen = [items[place] for place in sound]
    outcomes = ledger.spend_batch(
        wallet_ids=[item.wallet_id for item in chosen],
        services=[item.service for item in chosen],
        quantities=[item.quantity for item in chosen],
        idempotency_keys=[item.idempotency_key for item in chosen],
        metadata=[item.metadata for item in chosen],
        actor=actor,
        is_on=settings.CREDIT_SYSTEM_ENABLED,
    )
    for place, outcome in zip(sound, outcomes, strict=True):
        posted = outcome.name in {"posted", "replayed"}
        results[place] = posting_of(outcome) if posted else refusal_of(outcome)
    return [result for result in results if result is not None]


def reverse_spend(
    *,
    spend: LedgerEntry,
    reason: str,
    idempotency_key: str,
    actor: Actor,
    credits: Decimal | None = None,
) -> Posting:
    """Give credits of a spend back: `credits` of it, or all that is left.

    They return to the lots they came from, last drawn first; what came from a lot that has
    expired returns as a new lot that lasts for `REVERSAL_GRACE`. Debt is repaid from them. A
    spend can be reversed in parts, never by more than it took.

    Raises `ReasonRequired`, `CreditsOutOfRange`, `SpendNotFound` (the entry is no spend),
    `SpendAlreadyReversed`, `ReversalTooLarge`, `WalletClosed`, `IdempotencyKeyReused`.
    """
    return posting_of(
        ledger.reverse_spend(
            spend_id=spend.pk,
            credits=None if credits is None else require_credits(credits),
            grace=REVERSAL_GRACE,
            idempotency_key=idempotency_key,
            actor=actor,
            reason=require_reason(reason),
        )
    )

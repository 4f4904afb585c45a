"""Spend credits on a service."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from creditsite.kernel.actor import Actor
from wallet import ledger
from wallet.actions.outcomes import posting_of, require_credits
from wallet.ledger import Posting


def spend_credits(
    *,
    wallet_id: int,
    service: str,
    quantity: Decimal,
    idempotency_key: str,
    actor: Actor,
    metadata: dict[str, Any] | None = None,
) -> Posting:
    """Spend what `quantity` units of the service (by slug) cost at the rate in force.

    One round trip; lots are drawn in the published order. A repeated key answers the first
    posting, marked replayed. A refusal writes nothing and does not use up its key.

    Raises `InsufficientCredits`, `WalletPaused`, `WalletClosed`, `WalletNotFound`,
    `ServiceNotFound`, `ServicePaused`, `ServiceUnpriced`, `QuantityTooSmall`,
    `CreditsOutOfRange` (the quantity), `IdempotencyKeyReused`.
    """
    return posting_of(
        ledger.spend(
            wallet_id=wallet_id,
            service=service,
            quantity=require_credits(quantity),
            idempotency_key=idempotency_key,
            metadata=metadata or {},
            actor=actor,
        )
    )

"""Put credits into a wallet."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from wallet import ledger
from wallet.actions.outcomes import Posting, posting_of, require_credits
from wallet.models import EntryKind, GrantSource, Wallet


def grant_credits(
    *,
    wallet: Wallet,
    credits: Decimal,
    source: GrantSource,
    idempotency_key: str,
    actor: Actor,
    cost_cents: int = 0,
    currency: str = "usd",
    expires_at: datetime = clock.NEVER,
    priority: int = 0,
    reference: str = "",
    reason: str = "",
) -> Posting:
    """Put a new lot of credits into the wallet; a paused wallet takes them too.

    `cost_cents` is what was paid for the whole lot, in `currency`. A repeated key answers the
    first posting; expiry, actor and reason may differ in the repetition.

    Raises `CreditsOutOfRange`, `IdempotencyKeyReused`, `WalletNotFound`, `WalletClosed`.
    """
    return posting_of(
        ledger.put_in(
            wallet_id=wallet.pk,
            kind=EntryKind.GRANT,
            source=source,
            credits=require_credits(credits),
            cost_cents=cost_cents,
            currency=currency,
            expires_at=expires_at,
            priority=priority,
            reference=reference,
            idempotency_key=idempotency_key,
            actor=actor,
            reason=reason,
        )
    )

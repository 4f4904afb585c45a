"""Correct a wallet by hand."""

from __future__ import annotations

from decimal import Decimal

from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from wallet import ledger
from wallet.actions.outcomes import Posting, posting_of, require_credits
from wallet.actions.reasons import require_reason
from wallet.models import EntryKind, GrantSource, Wallet


def adjust_wallet(
    *,
    wallet: Wallet,
    credits: Decimal,
    reason: str,
    idempotency_key: str,
    actor: Actor,
    reference: str = "",
) -> Posting:
    """Add credits (positive, as a lot that never expires) or take them out (negative).

    Never takes more than is available, and posts whatever the size: operators come through
    `request_change`. The reason is shown to the customer. A repeated key answers the first
    posting.

    Raises `ReasonRequired`, `CreditsOutOfRange`, `InsufficientCredits`, `WalletClosed`,
    `WalletNotFound`, `IdempotencyKeyReused`.
    """
    why = require_reason(reason)
    amount = require_credits(abs(credits))
    if credits > 0:
        return posting_of(
            ledger.put_in(
                wallet_id=wallet.pk,
                kind=EntryKind.ADJUSTMENT,
                source=GrantSource.ADJUSTMENT,
                credits=amount,
                cost_cents=0,
                currency="usd",
                expires_at=clock.NEVER,
                priority=0,
                reference=reference,
                idempotency_key=idempotency_key,
                actor=actor,
                reason=why,
            )
        )
    return posting_of(
        ledger.take_out(
            wallet_id=wallet.pk,
            kind=EntryKind.ADJUSTMENT,
            credits=amount,
            reference=reference,
            idempotency_key=idempotency_key,
            actor=actor,
            reason=why,
        )
    )

"""Post a change of credits by hand: an adjustment or a grant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from wallet.actions.adjust import adjust_wallet
from wallet.actions.grant import grant_credits
from wallet.actions.outcomes import Posting
from wallet.actions.reasons import require_reason
from wallet.errors import ExpiryInThePast
from wallet.models import ChangeKind, GrantSource, Wallet


@dataclass(frozen=True)
class CreditChange:
    """Credits that come in or go out by hand: signed in an adjustment, above zero in a grant.

    An adjustment has no source and no expiry of its own.
    """

    kind: ChangeKind
    credits: Decimal
    source: GrantSource = GrantSource.ADJUSTMENT
    expires_at: datetime = clock.NEVER


def post_change(
    *,
    wallet: Wallet,
    change: CreditChange,
    reason: str,
    idempotency_key: str,
    actor: Actor,
    reference: str = "",
) -> Posting:
    """Post the change, whatever its size. `request_change` is what operators come through.

    The reason is shown to the customer. A repeated key answers the first posting.

    Raises `ExpiryInThePast`, and what `adjust_wallet` or `grant_credits` raises.
    """
    if change.kind == ChangeKind.ADJUSTMENT:
        return adjust_wallet(
            wallet=wallet,
            credits=change.credits,
            reason=reason,
            idempotency_key=idempotency_key,
            actor=actor,
            reference=reference,
        )
    if change.expires_at <= clock.now():
        raise ExpiryInThePast("The expiry of the new lot has passed: nobody could spend it.")
    return grant_credits(
        wallet=wallet,
        credits=change.credits,
        source=change.source,
        expires_at=change.expires_at,
        reason=require_reason(reason),
        idempotency_key=idempotency_key,
        actor=actor,
        reference=reference,
    )

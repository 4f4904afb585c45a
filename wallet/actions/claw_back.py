"""Take credits back because their money was."""

from __future__ import annotations

from decimal import Decimal

from creditsite.kernel.actor import Actor
from wallet import ledger
from wallet.actions.outcomes import require_credits, row_of
from wallet.actions.reasons import require_reason
from wallet.models import Clawback, Grant, Wallet


def claw_back(
    *,
    wallet: Wallet,
    credits: Decimal,
    reference: str,
    reason: str,
    idempotency_key: str,
    actor: Actor,
    grant: Grant | None = None,
    go_on: bool = True,
) -> Clawback:
    """Take `credits` out of the wallet, from `grant` first; what is not there becomes debt.

    With `go_on` the other lots follow in the published order, otherwise it stops at the named
    lot. Held credits stay held. Debt is repaid first by what comes in next. A repeated key
    answers the first claw-back. A closed wallet owes all of it.

    Raises `ReasonRequired`, `CreditsOutOfRange`, `WalletNotFound`, `GrantNotFound` (it is not
    the wallet's), `IdempotencyKeyReused`.
    """
    return row_of(
        ledger.claw_back(
            wallet_id=wallet.pk,
            grant_id=grant.pk if grant else None,
            credits=require_credits(credits),
            go_on=go_on,
            reference=reference,
            idempotency_key=idempotency_key,
            actor=actor,
            reason=require_reason(reason),
        )
    )

"""Let credits lapse when their time is over, or carry them on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from wallet import ledger
from wallet.actions.outcomes import Posting, posting_of, require_credits
from wallet.models import Grant, Hold, HoldStatus

WALLETS_AT_ONCE = 500


def expire_grants() -> int:
    """Post what is due in all wallets: overdue holds time out, expired lots lapse.

    Each wallet in a transaction of its own, so that none waits for another. What the wallets
    show does not depend on it: `available` counts neither from its moment on. Returns how many
    holds and lots were due.
    """
    return sum(ledger.sweep(wallet_id=wallet_id) for wallet_id in _due_wallets(clock.now()))


def _due_wallets(now: datetime) -> Iterator[int]:
    lots = Grant.objects.filter(is_open=True, expires_at__lte=now, expires_at__lt=clock.NEVER)
    holds = Hold.objects.filter(status=HoldStatus.OPEN, expires_at__lte=now)
    seen: set[int] = set()
    for due in (holds, lots):
        rows = due.order_by("expires_at").values_list("wallet_id", flat=True)
        for wallet_id in rows.iterator(chunk_size=WALLETS_AT_ONCE):
            if wallet_id not in seen:
                seen.add(wallet_id)
                yield wallet_id


def roll_over(
    *,
    grant: Grant,
    expires_at: datetime,
    idempotency_key: str,
    actor: Actor,
    reason: str = "",
    most: Decimal | None = None,
) -> Posting:
    """Carry what is left of a lot, at most `most` credits, into a new lot with a later expiry.

    Value and priority stay the same; the old lot lapses by as much. Held credits stay where
    they are. Works until the sweep has let the lot lapse, so do it before its expiry. The
    posting is the grant of the new lot.

    Raises `NothingToRollOver`, `CreditsOutOfRange`, `WalletClosed`, `IdempotencyKeyReused`.
    """
    return posting_of(
        ledger.roll_over(
            grant_id=grant.pk,
            most=None if most is None else require_credits(most),
            expires_at=expires_at,
            idempotency_key=idempotency_key,
            actor=actor,
            reason=reason,
        )
    )

"""Let credits lapse when their time is over, or carry them on."""

from __future__ import annotations

import logging
from datetime import datetime
from decimal import Decimal

from django.db import DatabaseError, transaction

from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from wallet import ledger
from wallet.actions.outcomes import Posting, posting_of, require_credits
from wallet.errors import WalletBusy
from wallet.models import Grant, Hold, HoldStatus

logger = logging.getLogger(__name__)


def expire_grants() -> int:
    """Post what is due in all wallets: overdue holds time out, expired lots lapse.

    Each wallet in a transaction of its own, so that none waits for another, and none stops
    another. What the wallets show does not depend on it: `available` counts neither from its moment
    on. Returns how many holds and lots were due.

    Raises the first error of a wallet that can't be swept, once all others are.
    """
    due = 0
    failures: list[DatabaseError | WalletBusy] = []
    for wallet_id in _due_wallets(clock.now()):
        try:
            with transaction.atomic():
                due += ledger.sweep(wallet_id=wallet_id)
        except (DatabaseError, WalletBusy) as error:
            logger.exception("Wallet %s can't be swept.", wallet_id)
            failures.append(error)
    if failures:
        raise failures[0]
    return due


def _due_wallets(now: datetime) -> list[int]:
    lots = Grant.objects.filter(is_open=True, expires_at__lte=now, expires_at__lt=clock.NEVER)
    holds = Hold.objects.filter(status=HoldStatus.OPEN, expires_at__lte=now)
    # A list, no iterator: psycopg hangs for good where a server's cursor that an error left open
    # is collected while its connection runs something else.
    return list(
        lots.values_list("wallet_id", flat=True).union(holds.values_list("wallet_id", flat=True))
    )


def roll_over(
    *,
    grant: Grant,
    expires_at: datetime,
    idempotency_key: str,
    actor: Actor,
    reason: str = "",
    most: Decimal | None = None,
) -> Posting:
    """Carry what is left of a lot, at most `most` credits, into a new lot.

    The new one lasts at least as long. Value and priority stay the same; the old lot lapses by as
    much. Held credits stay where they are. Works until the sweep has let the lot lapse, so do it
    before its expiry. The posting is the grant of the new lot.

    Raises `NothingToRollOver`, `ExpiryInThePast`, `ExpiryTooEarly`, `CreditsOutOfRange`,
    `WalletClosed`, `IdempotencyKeyReused`.
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

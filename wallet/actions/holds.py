"""Set credits aside for work under way, and settle that."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.conf import settings

from creditsite.kernel.actor import Actor
from creditsite.kernel.idempotency import internal_key
from wallet import ledger
from wallet.actions.outcomes import (
    Posting,
    posting_of,
    require_credits,
    row_of,
)
from wallet.errors import HoldTimeOutOfRange
from wallet.models import Hold

LONGEST_HOLD = timedelta(days=30)


@dataclass(frozen=True)
class HoldResult:
    """A hold and whether it was there, or settled so, before."""

    hold: Hold
    replayed: bool


def place_hold(
    *,
    wallet_id: int,
    service: str,
    credits: Decimal,
    expires_in: timedelta,
    idempotency_key: str,
    actor: Actor,
    metadata: dict[str, Any] | None = None,
) -> HoldResult:
    """Set credits aside for the service (by slug) until captured, released or `expires_in` is over.

    The lots are chosen now; what is held can't be spent otherwise and does not lapse. Limits
    count it as used. A repeated key answers the first hold.

    Raises what `spend_credits` does but for prices, and `HoldTimeOutOfRange` unless it lasts
    from a second to `LONGEST_HOLD`.
    """
    if not timedelta(seconds=1) <= expires_in <= LONGEST_HOLD:
        raise HoldTimeOutOfRange(f"A hold lasts from 1 second to {LONGEST_HOLD.days} days.")
    outcome = ledger.place_hold(
        wallet_id=wallet_id,
        service=service,
        credits=require_credits(credits),
        seconds=int(expires_in.total_seconds()),
        idempotency_key=idempotency_key,
        metadata=metadata or {},
        actor=actor,
        is_on=settings.CREDIT_SYSTEM_ENABLED,
    )
    return HoldResult(row_of(outcome), outcome.replayed)


def capture_hold(
    *,
    hold: Hold,
    credits: Decimal,
    actor: Actor,
    idempotency_key: str = "",
    metadata: dict[str, Any] | None = None,
) -> Posting:
    """Spend `credits` of the hold, at most all of it, and free the rest.

    The spend has the hold's metadata, with `metadata` over it: by now it is known how the work
    went. A hold settles once: the same capture again answers the first entry, with any key. A pause
    of wallet, service or system does not stop it: the work was begun before.

    Raises `HoldAlreadySettled` (also when it timed out), `CaptureAboveHold`,
    `CreditsOutOfRange`, `IdempotencyKeyReused`.
    """
    spent = require_credits(credits)
    return posting_of(
        ledger.capture_hold(
            hold_id=hold.pk,
            credits=spent,
            idempotency_key=idempotency_key or _key_of_capture(hold, spent, metadata),
            metadata=metadata or {},
            actor=actor,
        )
    )


def _key_of_capture(hold: Hold, credits: Decimal, metadata: dict[str, Any] | None) -> str:
    text = json.dumps(metadata, sort_keys=True, default=str)
    digests = [sha256(text.encode()).hexdigest()] if metadata else []
    return internal_key("capture", str(hold.pk), str(credits), *digests)


def release_hold(*, hold: Hold) -> HoldResult:
    """Free what the hold sets aside; one that was released or timed out stays as it is.

    Raises `HoldAlreadySettled` where it was captured.
    """
    outcome = ledger.release_hold(hold_id=hold.pk)
    return HoldResult(row_of(outcome), outcome.replayed)

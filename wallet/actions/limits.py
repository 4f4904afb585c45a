"""Limit what a wallet may spend in a day or a month."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from creditsite.kernel.credits import ZERO
from wallet import ledger
from wallet.actions.outcomes import require_credits
from wallet.errors import LimitNotFound
from wallet.models import LimitPeriod, Service, SpendLimit, Wallet


@transaction.atomic
def set_limit(
    *, wallet: Wallet, period: LimitPeriod, credits: Decimal, service: Service | None = None
) -> SpendLimit:
    """Let the wallet spend at most `credits` a day or month (UTC), on one service or on all.

    Zero stops that spending. It counts at once, with what was used in the period before. One
    limit per service and period: an earlier one is replaced, and its alerts begin anew where
    the number is another.

    Raises `CreditsOutOfRange`.
    """
    most = require_credits(credits) if credits else ZERO
    ledger.lock(wallet_id=wallet.pk)
    limit, _ = SpendLimit.objects.get_or_create(
        wallet=wallet, service=service, period=period, defaults={"credits": most}
    )
    if limit.credits != most:
        limit.credits, limit.told_percent, limit.told_until = most, 0, None
        limit.save(update_fields=["credits", "told_percent", "told_until"])
    Wallet.objects.filter(pk=wallet.pk).update(has_limits=True)
    return limit


@transaction.atomic
def remove_limit(*, wallet: Wallet, period: LimitPeriod, service: Service | None = None) -> None:
    """Remove a limit of the wallet. Raises `LimitNotFound`."""
    ledger.lock(wallet_id=wallet.pk)
    limits = SpendLimit.objects.filter(wallet=wallet)
    removed, _ = limits.filter(service=service, period=period).delete()
    if not removed:
        raise LimitNotFound("The wallet has no limit for this service and period.")
    Wallet.objects.filter(pk=wallet.pk).update(has_limits=limits.exists())

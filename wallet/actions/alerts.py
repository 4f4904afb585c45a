"""What a wallet's customer is warned of, and the warning before credits run out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Protocol

from django.db import transaction

from creditsite.kernel import clock
from wallet import ledger
from wallet.actions.outcomes import require_credits
from wallet.models import EventKind, Wallet, WalletEvent, WalletStatus

# The run-out warning looks no further than a year.
MOST_ALERT_DAYS = 365
WALLETS_AT_ONCE = 500


class Outlook(Protocol):
    """How long a wallet's credits last: whole days (None: not known, or beyond a year)."""

    @property
    def days(self) -> int | None: ...

    def facts(self) -> dict[str, Any]: ...


@transaction.atomic
def set_alerts(
    *,
    wallet: Wallet,
    below: Decimal | None,
    days: int | None,
    expiry_days: int | None,
    limits: bool,
) -> Wallet:
    """Say when to warn: below so many credits, in fewer than so many days, so many days before
    credits expire, at limits.

    None switches a warning off; days are 1 to `MOST_ALERT_DAYS`. Nothing is told by this
    itself: a wallet below the new number counts as warned, and is warned again once it was above.
    Days are looked at hourly; where `days` is another number, the next look may warn.

    Raises `CreditsOutOfRange`.
    """
    warn_below = None if below is None else require_credits(below)
    locked = ledger.lock(wallet_id=wallet.pk)
    if days != locked.alert_days:
        locked.is_running_out = False
    locked.alert_below = warn_below
    locked.alert_days = days
    locked.alert_expiry_days = expiry_days
    locked.alert_limits = limits
    locked.is_low = warn_below is not None and locked.balance - locked.held < warn_below
    locked.save(
        update_fields=[
            "alert_below",
            "alert_days",
            "alert_expiry_days",
            "alert_limits",
            "is_low",
            "is_running_out",
        ]
    )
    return locked


def watch_run_out(*, outlooks: Callable[[Iterable[int]], Mapping[int, Outlook]]) -> int:
    """Tell each wallet that asked for it when its credits last for fewer days than it named.

    Told on crossing only: once, and again after they lasted for longer. `outlooks` says for some
    wallets how long their credits last. Returns how many were told.
    """
    told, last = 0, 0
    while some := _watched_after(last):
        last = some[-1].pk
        found = outlooks([wallet.pk for wallet in some])
        for wallet in some:
            outlook = found[wallet.pk]
            if _is_near(outlook, wallet.alert_days) != wallet.is_running_out:
                told += _cross(wallet.pk, outlook)
    return told


def _watched_after(wallet_id: int) -> list[Wallet]:
    watched = Wallet.objects.filter(alert_days__isnull=False, pk__gt=wallet_id)
    return list(watched.exclude(status=WalletStatus.CLOSED).order_by("pk")[:WALLETS_AT_ONCE])


def _is_near(outlook: Outlook, alert_days: int | None) -> bool:
    return alert_days is not None and outlook.days is not None and outlook.days < alert_days


@transaction.atomic
def _cross(wallet_id: int, outlook: Outlook) -> bool:
    """Keep on which side of its number the wallet is; tell where that is the near side, newly."""
    wallet = ledger.lock(wallet_id=wallet_id)
    is_near = _is_near(outlook, wallet.alert_days)
    if is_near == wallet.is_running_out:
        return False
    wallet.is_running_out = is_near
    wallet.save(update_fields=["is_running_out"])
    if is_near:
        WalletEvent.objects.create(
            wallet=wallet,
            kind=EventKind.RUN_OUT_NEAR,
            data={**outlook.facts(), "alert_days": wallet.alert_days},
            created_at=clock.now(),
        )
    return is_near

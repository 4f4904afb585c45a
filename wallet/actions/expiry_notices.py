"""Tell customers of credits that expire soon."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction

from creditsite.kernel import clock
from creditsite.kernel.api import in_utc
from creditsite.kernel.credits import ZERO
from wallet import ledger
from wallet.actions.alerts import MOST_ALERT_DAYS
from wallet.models import EventKind, ExpiryNotice, Grant, GrantSource, Wallet, WalletEvent

WALLETS_AT_ONCE = 500
# Fewer credits than this are not worth a mail.
LEAST_TOLD = Decimal(1)
# A plan's credits expire every period, and go on as its terms say: they are not told here.
DUE = """
    SELECT DISTINCT g.wallet_id
    FROM wallet_grant AS g INNER JOIN wallet_wallet AS w ON w.id = g.wallet_id
    WHERE g.is_open AND g.expires_at > %(now)s AND g.expires_at <= %(most)s
        AND g.expires_at <= %(now)s + make_interval(days => w.alert_expiry_days::int)
        AND g.source <> 'subscription' AND w.status <> 'closed' AND g.wallet_id > %(after)s
        AND NOT EXISTS (SELECT FROM wallet_expirynotice AS n WHERE n.grant_id = g.id)
    ORDER BY g.wallet_id LIMIT %(limit)s
"""


def watch_expiry() -> int:
    """Tell each wallet of its lots that expire within the days it named; return how many were told.

    Each lot is told once; those that are due at the same look are told together. Repeating it
    tells nothing more.
    """
    now = clock.now()
    told, last = 0, 0
    while some := _due_after(last, now):
        last = some[-1]
        told += sum(_tell(wallet_id, now) for wallet_id in some)
    return told


def _due_after(wallet_id: int, now: datetime) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            DUE,
            {
                "now": now,
                "most": now + timedelta(days=MOST_ALERT_DAYS),
                "after": wallet_id,
                "limit": WALLETS_AT_ONCE,
            },
        )
        return [found for (found,) in cursor.fetchall()]


@transaction.atomic
def _tell(wallet_id: int, now: datetime) -> bool:
    wallet = ledger.lock(wallet_id=wallet_id)
    lots = _due_lots(wallet, now)
    credits = sum((lot.remaining for lot in lots), ZERO)
    if credits < LEAST_TOLD:
        return False
    ExpiryNotice.objects.bulk_create(ExpiryNotice(grant=lot, told_at=now) for lot in lots)
    WalletEvent.objects.create(
        wallet=wallet,
        kind=EventKind.CREDITS_EXPIRE,
        data={
            "credits": str(credits),
            "alert_days": wallet.alert_expiry_days,
            "lots": [
                {
                    "lot": lot.pk,
                    "credits": str(lot.remaining),
                    "expires_at": in_utc(lot.expires_at),
                }
                for lot in lots
            ],
        },
        created_at=now,
    )
    return True


def _due_lots(wallet: Wallet, now: datetime) -> list[Grant]:
    """Return the lots to tell of, soonest expiry first."""
    if wallet.alert_expiry_days is None:
        return []
    until = now + timedelta(days=wallet.alert_expiry_days)
    lots = Grant.objects.filter(
        wallet=wallet, is_open=True, expires_at__gt=now, expires_at__lte=until, expiry_notice=None
    )
    return list(lots.exclude(source=GrantSource.SUBSCRIPTION).order_by("expires_at", "pk"))

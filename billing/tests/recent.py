"""Histories for tests of recommendations, without living them day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from wallet.models import Wallet
from wallet.reports.lapses import PaidLot
from wallet.reports.recent import Recent, ServiceUse, recent_of

WEEKS = 28


def lived(
    wallet: Wallet,
    *monthly: str,
    days: int | None = None,
    now: datetime | None = None,
    lots: Sequence[PaidLot] = (),
) -> Recent:
    """Return a history in which so much was used in each four weeks, oldest first, on one day."""
    found = replace(recent_of(wallet), lots=list(lots), span=None)
    if now:
        found = replace(found, now=now)
    found = replace(found, days=len(monthly) * WEEKS if days is None else days)
    spans = range(len(monthly), 0, -1)
    use = [used(found, span * WEEKS - 7, each) for span, each in zip(spans, monthly, strict=True)]
    return replace(found, use=use)


def used(recent: Recent, ago: int, credits: str, service: str = "runs") -> ServiceUse:
    """Return what was used on one day."""
    return ServiceUse(
        day=recent.now.date() - timedelta(days=ago),
        service=service,
        service_name=service.title(),
        is_active=True,
        runs=1,
        failed=0,
        net=Decimal(credits),
    )

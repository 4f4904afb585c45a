"""What a wallet holds and what it did lately, in one look: what forecasts and advice start from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

from django.db import connection

from creditsite.kernel import clock
from creditsite.kernel.credits import ZERO
from wallet.models import ServiceStatus, Wallet
from wallet.reports.forecast import HISTORY_DAYS, Forecast, forecast
from wallet.reports.lapses import PaidLot
from wallet.reports.runs import Span, end_of, looked_from

# Two periods of a month, and the one that runs.
MOST_DAYS = 95
# How many of the last days are looked through for faulty runs; fewer where they have too many.
SPAN_DAYS = (28, 7, 1)
MOST_ENTRIES = 60_000

STATEMENT = """
SELECT
    (
        SELECT (e.created_at AT TIME ZONE 'UTC')::date FROM wallet_ledgerentry AS e
        WHERE e.wallet_id = %(wallet)s AND e.sequence = 1
    ),
    (
        SELECT jsonb_agg(
            jsonb_build_array(
                u.day, s.slug, s.name, s.status, u.spends, u.failed, (u.credits - u.reversed)::text
            )
            ORDER BY u.day, s.slug
        )
        FROM wallet_usageday AS u INNER JOIN wallet_service AS s ON s.id = u.service_id
        WHERE u.wallet_id = %(wallet)s AND u.day >= %(first)s AND u.day < %(today)s
    ),
    (
        SELECT jsonb_agg(
            jsonb_build_array(
                g.id, open.credits::text, g.credits::text, g.cost_cents,
                extract(epoch FROM g.expires_at)
            )
            ORDER BY open.place
        )
        FROM ledger_open_lots(%(wallet)s, %(now)s) WITH ORDINALITY AS open (lot, credits, place)
        INNER JOIN wallet_grant AS g ON g.id = open.lot
    ),
    ledger_sequence_at(%(wallet)s, %(until)s),
    ARRAY(
        SELECT ledger_sequence_at(%(wallet)s, since)
        FROM unnest(%(since)s::timestamptz[]) WITH ORDINALITY AS s (since, place) ORDER BY place
    )
"""


@dataclass(frozen=True)
class ServiceUse:
    """What was used of a service on a day; `net` is without what was given back."""

    day: date
    service: str
    service_name: str
    is_active: bool
    runs: int
    failed: int
    net: Decimal


@dataclass(frozen=True)
class Recent:
    """A wallet's lots with free credits (in draw order) and its last whole days (UTC).

    `days` counts those since its first entry, at most `MOST_DAYS`; `use` has the days with a
    spend. `span` are the last of `SPAN_DAYS` days that can be looked through, None where not
    even one day can.
    """

    wallet: Wallet
    now: datetime
    days: int
    use: list[ServiceUse]
    lots: list[PaidLot]
    span: Span | None

    @property
    def last(self) -> date:
        """The last whole day: yesterday."""
        return self.now.date() - timedelta(days=1)

    def first(self, days: int) -> date:
        """Return the first of so many last days."""
        return self.last - timedelta(days=days - 1)

    def daily(self, days: int) -> list[Decimal]:
        """Return what was spent, net, on each of so many last days, oldest first."""
        first = self.first(days)
        sums = [ZERO] * days
        for each in self.use:
            if each.day >= first:
                sums[(each.day - first).days] += each.net
        return sums

    @cached_property
    def forecast(self) -> Forecast:
        """How long the credits last; the same as `wallet_forecast` tells."""
        return forecast(self.lots, self.daily(min(self.days, HISTORY_DAYS)), self.now)


def longest(spans: list[Span]) -> Span | None:
    """Return the first of the spans that can be read while a page waits."""
    return next((span for span in spans if span.entries <= MOST_ENTRIES), None)


def recent_of(wallet: Wallet) -> Recent:
    """Return what the wallet holds and did lately. One query."""
    now = clock.now()
    today = now.date()
    first = today - timedelta(days=MOST_DAYS)
    starts = [today - timedelta(days=days) for days in SPAN_DAYS]
    yesterday = today - timedelta(days=1)
    with connection.cursor() as cursor:
        cursor.execute(
            STATEMENT,
            {
                "wallet": wallet.pk,
                "now": now,
                "first": first,
                "today": today,
                "until": end_of(yesterday),
                "since": [looked_from(start) for start in starts],
            },
        )
        since, use, lots, until, numbers = cursor.fetchone()
    spans = [
        Span(wallet, start, yesterday, number, until)
        for start, number in zip(starts, numbers, strict=True)
    ]
    return Recent(
        wallet=wallet,
        now=now,
        days=0 if since is None else (today - max(since, first)).days,
        use=[_use(*row) for row in json.loads(use or "[]")],
        lots=[_lot(*row) for row in json.loads(lots or "[]")],
        span=longest(spans),
    )


def _use(  # noqa: PLR0917 (the columns of a day, in the statement's order)
    day: str, service: str, name: str, status: str, runs: int, failed: int, net: str
) -> ServiceUse:
    is_active = status == ServiceStatus.ACTIVE
    return ServiceUse(date.fromisoformat(day), service, name, is_active, runs, failed, Decimal(net))


def _lot(id: int, free: str, granted: str, cost_cents: int, expires_at: float) -> PaidLot:
    return PaidLot(
        credits=Decimal(free),
        expires_at=datetime.fromtimestamp(expires_at, UTC),
        id=id,
        granted=Decimal(granted),
        cost_cents=cost_cents,
    )

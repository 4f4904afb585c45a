"""A wallet's limits and what of them is used."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection

from creditsite.kernel import clock
from creditsite.kernel.credits import ZERO
from creditsite.kernel.formatting import credits as show_credits
from wallet.models import LimitPeriod, Wallet

WARNING_PERCENT, WHOLE = 80, 100


@dataclass(frozen=True)
class LimitStatus:
    """A limit now: `used` is what was spent in its period and what is held."""

    id: int
    service: str | None
    service_name: str
    period: str
    period_label: str
    credits: Decimal
    used: Decimal
    resets_at: datetime

    @property
    def title(self) -> str:
        """What it limits, in words."""
        period = self.period_label.lower()
        return f"{self.service_name}, {show_credits(self.credits)} credits a {period}"

    @property
    def left(self) -> Decimal:
        return max(self.credits - self.used, ZERO)

    @property
    def percent(self) -> int:
        """How much of it is used, rounded down, at most 100; a limit of nothing is used up."""
        return min(int(WHOLE * self.used / self.credits), WHOLE) if self.credits else WHOLE

    @property
    def tone(self) -> str:
        if self.percent == WHOLE:
            return "danger"
        return "warning" if self.percent >= WARNING_PERCENT else "calm"


def wallet_limits(wallet: Wallet) -> list[LimitStatus]:
    """Return the wallet's limits as the ledger counts them: by period, all services first.
    One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.limit_id, l.credits, l.used, l.facts,"
            " (SELECT s.name FROM wallet_service AS s WHERE s.slug = l.facts ->> 'service')"
            " FROM ledger_limits(%s, NULL, %s) AS l",
            [wallet.pk, clock.now()],
        )
        return [_status(*row) for row in cursor.fetchall()]


def _status(
    limit_id: int, credits: Decimal, used: Decimal, facts: str, service_name: str | None
) -> LimitStatus:
    told = json.loads(facts)
    return LimitStatus(
        id=limit_id,
        service=told["service"],
        service_name=service_name or "All services",
        period=told["period"],
        period_label=LimitPeriod(told["period"]).label,
        credits=credits,
        used=used,
        resets_at=datetime.fromisoformat(told["resets_at"]),
    )

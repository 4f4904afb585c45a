"""Credits that will lapse before they are used, and what they cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from creditsite.kernel.credits import round_cents, round_credits
from wallet.reports.forecast import HORIZON_DAYS, FreeLot, ends_of


@dataclass(frozen=True)
class PaidLot(FreeLot):
    """What is free in a lot, with what the whole of it was and cost."""

    id: int
    granted: Decimal
    cost_cents: int

    def cents(self, credits: Decimal) -> int:
        """Return what the last credits of the lot cost, as the ledger values them."""
        before = round_cents(self.cost_cents * (self.granted - credits) / self.granted)
        return self.cost_cents - before


@dataclass(frozen=True)
class Lapse:
    """Credits of a lot that nobody will have used by the day it expires (UTC)."""

    lot: PaidLot
    credits: Decimal

    @property
    def on(self) -> date:
        return self.lot.expires_at.date()

    @property
    def cents(self) -> int:
        return self.lot.cents(self.credits)


def lapses(lots: Sequence[PaidLot], per_day: Decimal, now: datetime, days: int) -> list[Lapse]:
    """Return what lapses of the lots within so many days, at most a year, soonest first.

    `per_day` credits are used evenly, from the lots in their (draw) order. Credits that are
    still to come are not foreseen; where they are drawn first, more lapses than this.
    """
    return [
        Lapse(lots[end.place], credits)
        for end in ends_of(lots, Fraction(per_day), now)
        if end.at <= min(days, HORIZON_DAYS)
        if (credits := round_credits(Decimal(end.lapsed.numerator) / end.lapsed.denominator))
    ]

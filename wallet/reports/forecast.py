"""How long a wallet's credits last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from django.db import connection
from django.db.models import TextChoices

from creditsite.kernel import clock
from creditsite.kernel.credits import ZERO, round_credits
from wallet.models import Wallet

HISTORY_DAYS = 28
FEWEST_DAYS = 7
HORIZON_DAYS = 365
SECONDS_A_DAY = 86_400


class NoDate(TextChoices):
    """Why no date can be told."""

    TOO_LITTLE_HISTORY = (
        "too_little_history",
        "How long credits last can be told after 7 whole days.",
    )
    NO_REGULAR_USE = "no_regular_use", "Credits were spent on fewer than half of the days."
    BEYOND_A_YEAR = "beyond_a_year", "The credits last for more than a year."


@dataclass(frozen=True)
class FreeLot:
    """What is free in a lot: not spent, not held. `expires_at` may be `clock.NEVER`."""

    credits: Decimal
    expires_at: datetime


@dataclass(frozen=True)
class Forecast:
    """When the credits run out: a day, the days between which it is likely, or why none is known.

    `days` are whole days from now. `least_days` is what a high spend (the 75th percentile of the
    days) leaves, `most_days` what a low one does (the 25th); None is more than a year. Where
    `no_date` says why, the days are None; beyond a year only `least_days` may be known.
    """

    available: Decimal
    history_days: int
    per_day: Decimal | None = None
    days: int | None = None
    least_days: int | None = None
    most_days: int | None = None
    no_date: NoDate | None = None
    today: date = field(default_factory=lambda: clock.now().date())

    @property
    def runs_out_on(self) -> date | None:
        return self._on(self.days)

    @property
    def earliest_on(self) -> date | None:
        return self._on(self.least_days)

    @property
    def latest_on(self) -> date | None:
        return self._on(self.most_days)

    def facts(self) -> dict[str, Any]:
        """Return what an event about it tells."""
        return {
            "available": str(self.available),
            "per_day": None if self.per_day is None else str(self.per_day),
            "days": self.days,
            "runs_out_on": self.runs_out_on.isoformat() if self.runs_out_on else None,
        }

    def _on(self, days: int | None) -> date | None:
        return None if days is None else self.today + timedelta(days=days)


def forecast(lots: Sequence[FreeLot], daily: Sequence[Decimal], now: datetime) -> Forecast:
    """Return how long the free credits of the lots (in draw order) last.

    `daily` is what was spent, without what was reversed, on each of the last whole days (UTC), at
    most `HISTORY_DAYS`, days without a spend as 0. The median day is taken to go on, evenly;
    the range takes the 75th and the 25th percentile day (between two days, in proportion). Lots
    are drawn in their order and lapse at their expiry, used or not.
    """
    at_hand = [lot for lot in lots if lot.expires_at > now and lot.credits > 0]
    available = sum((lot.credits for lot in at_hand), ZERO)
    told = partial(Forecast, available, len(daily), today=now.date())
    if not available:
        return told(days=0, least_days=0, most_days=0)
    if len(daily) < FEWEST_DAYS:
        return told(no_date=NoDate.TOO_LITTLE_HISTORY)
    ordered = sorted(daily)
    low, median, high = (_percentile(ordered, part) for part in (25, 50, 75))
    if not median:
        return told(no_date=NoDate.NO_REGULAR_USE)
    days = _days(at_hand, median, now)
    return told(
        per_day=round_credits(Decimal(median.numerator) / median.denominator),
        days=days,
        least_days=_days(at_hand, high, now),
        most_days=None if days is None else _days(at_hand, low, now),
        no_date=NoDate.BEYOND_A_YEAR if days is None else None,
    )


def _percentile(ordered: Sequence[Decimal], percent: int) -> Fraction:
    place = Fraction(percent, 100) * (len(ordered) - 1)
    below = int(place)
    lower = Fraction(ordered[below])
    upper = Fraction(ordered[min(below + 1, len(ordered) - 1)])
    return lower + (upper - lower) * (place - below)


def _days(lots: Sequence[FreeLot], per_day: Fraction, now: datetime) -> int | None:
    """Return for how many whole days the lots last at this use; None beyond the horizon."""
    at = max(end.at for end in ends_of(lots, per_day, now))
    return int(at) if at <= HORIZON_DAYS else None


@dataclass(frozen=True)
class LotEnd:
    """When a lot (by its place) is used up or lapses, in days from now, and what then lapses."""

    place: int
    at: Fraction
    lapsed: Fraction


def ends_of(lots: Sequence[FreeLot], per_day: Fraction, now: datetime) -> Iterator[LotEnd]:
    """Yield how each lot ends at an even use, in order of time; beyond the horizon only one.

    Lots are given in draw order, drawn in it, and lapse at their expiry, used or not.
    """
    left = [
        (place, Fraction(lot.credits), _days_until(lot.expires_at, now))
        for place, lot in enumerate(lots)
    ]
    at = Fraction(0)
    while left and at <= HORIZON_DAYS:
        place, credits, until = left[0]
        expiry = min(until for _, _, until in left)
        used_up = at + credits / per_day if per_day else None
        if used_up is not None and used_up <= expiry:
            at = used_up
            yield LotEnd(place, at, Fraction(0))
            left = left[1:]
        else:
            left[0] = (place, credits - (expiry - at) * per_day, until)
            at = expiry
        yield from (LotEnd(place, at, credits) for place, credits, until in left if until <= at)
        left = [lot for lot in left if lot[2] > at]


def _days_until(moment: datetime, now: datetime) -> Fraction:
    return Fraction((moment - now) // timedelta(seconds=1), SECONDS_A_DAY)


def forecast_sentence(told: Forecast) -> str:
    """Return the forecast in words, for a page."""
    if not told.available:
        return "No credits are left."
    if told.no_date or told.days is None or told.runs_out_on is None:
        return told.no_date.label if told.no_date else ""
    if told.days == 0:
        return "Less than a day left."
    until = f"{told.runs_out_on.day} {told.runs_out_on:%B}"
    if told.runs_out_on.year != told.today.year:
        until += f" {told.runs_out_on.year}"
    about = f"About {told.days} day{'' if told.days == 1 else 's'} left, until {until}"
    if told.most_days is None:
        return f"{about}; {told.least_days} or more."
    if told.least_days == told.most_days:
        return f"{about}."
    return f"{about}; between {told.least_days} and {told.most_days}."


def wallet_forecast(wallet: Wallet) -> Forecast:
    """Return how long the wallet's credits last."""
    return forecasts([wallet.pk])[wallet.pk]


# The free lots of wallets in draw order, as far as the order of running out depends on it.
LOTS = """
    SELECT g.wallet_id, g.remaining - g.held, g.expires_at
    FROM wallet_grant AS g
    WHERE g.wallet_id = ANY(%(wallets)s) AND g.is_open AND g.expires_at > %(now)s
        AND g.remaining > g.held
    ORDER BY g.wallet_id, g.priority, g.expires_at
"""
# How many whole days since its first entry count, and what each wallet spent on those with a spend.
DAILY = """
    SELECT
        e.wallet_id, %(last)s - since.day + 1,
        array(
            SELECT sum(u.credits - u.reversed) FROM wallet_usageday AS u
            WHERE u.wallet_id = e.wallet_id AND u.day BETWEEN since.day AND %(last)s
            GROUP BY u.day
        )
    FROM wallet_ledgerentry AS e
    CROSS JOIN LATERAL (
        SELECT greatest((e.created_at AT TIME ZONE 'UTC')::date, %(first)s) AS day
    ) AS since
    WHERE e.wallet_id = ANY(%(wallets)s) AND e.sequence = 1
"""


def forecasts(wallet_ids: Iterable[int]) -> dict[int, Forecast]:
    """Return how long the credits of each of these wallets last, in two queries."""
    now = clock.now()
    today = now.date()
    wallets = list(wallet_ids)
    lots: dict[int, list[FreeLot]] = {wallet: [] for wallet in wallets}
    with connection.cursor() as cursor:
        cursor.execute(LOTS, {"wallets": wallets, "now": now})
        for wallet, credits, expires_at in cursor.fetchall():
            lots[wallet].append(FreeLot(credits, expires_at))
        cursor.execute(
            DAILY,
            {
                "wallets": wallets,
                "first": today - timedelta(days=HISTORY_DAYS),
                "last": today - timedelta(days=1),
            },
        )
        daily = {
            wallet: [*spent, *[ZERO] * (days - len(spent))]
            for wallet, days, spent in cursor.fetchall()
        }
    return {wallet: forecast(lots[wallet], daily.get(wallet, []), now) for wallet in wallets}

"""What credits cost: pure arithmetic over settings, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings

from billing.errors import TopUpOutOfRange
from creditsite.kernel.credits import round_cents, round_credits

CENTS = 100


@dataclass(frozen=True)
class QuoteLine:
    """One step of a price: what it is, why it applies, what it adds (or takes off, negative)."""

    label: str
    reason: str
    amount_cents: int


@dataclass(frozen=True)
class Quote:
    """A priced offer. `total_cents` is the sum of the lines and exactly what is charged."""

    credits: Decimal
    currency: str
    lines: tuple[QuoteLine, ...]
    quoted_at: datetime

    @property
    def total_cents(self) -> int:
        return sum(line.amount_cents for line in self.lines)

    def as_json(self) -> dict[str, Any]:
        """Return the quote as it is kept with a sale; credits as text, money as integers."""
        return {
            "credits": str(self.credits),
            "currency": self.currency,
            "lines": [
                {"label": line.label, "reason": line.reason, "amount_cents": line.amount_cents}
                for line in self.lines
            ],
            "total_cents": self.total_cents,
            "quoted_at": self.quoted_at.isoformat(),
        }


def quote_top_up(*, credits: Decimal, at: datetime) -> Quote:
    """Price `credits` at the base rate, rounded half up to the cent.

    Raises `TopUpOutOfRange`: outside the limits, not finite, or with more than four places.
    """
    sold = _sellable(credits)
    rate = settings.DEFAULT_CREDIT_RATE
    base = QuoteLine(
        label=f"{plain(sold)} credits",
        reason=f"${rate:f} each",
        amount_cents=round_cents(sold * rate * CENTS),
    )
    return Quote(credits=sold, currency=settings.CREDIT_CURRENCY, lines=(base,), quoted_at=at)


def plain(credits: Decimal) -> str:
    """Return credits as a person writes them: `1,500`, `12.5`."""
    whole, _, places = f"{credits:,f}".partition(".")
    places = places.rstrip("0")
    return f"{whole}.{places}" if places else whole


def _sellable(credits: Decimal) -> Decimal:
    minimum, maximum = settings.TOP_UP_MINIMUM, settings.TOP_UP_MAXIMUM
    if not credits.is_finite() or not minimum <= credits <= maximum:
        raise TopUpOutOfRange(
            f"Buy {plain(minimum)} to {plain(maximum)} credits at once.",
            minimum=minimum,
            maximum=maximum,
        )
    sold = round_credits(credits)
    if sold != credits:
        raise TopUpOutOfRange(
            "Credits have at most four decimal places.", minimum=minimum, maximum=maximum
        )
    return sold

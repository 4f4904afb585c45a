"""Priced offers, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from billing.models import Promotion
from creditsite.kernel.credits import ZERO


@dataclass(frozen=True)
class QuoteLine:
    """One step of a price: what it is, why it applies, what it adds (or takes off, negative).

    `kind` is base, volume, subscriber or promotion; `subtotal_cents` the price after it.
    """

    kind: str
    label: str
    reason: str
    amount_cents: int
    subtotal_cents: int
    percent: Decimal | None = None


@dataclass(frozen=True)
class Given:
    """What a promotion gives in a quote."""

    promotion: Promotion
    off_cents: int

    @property
    def bonus_credits(self) -> Decimal:
        return self.promotion.bonus_credits

    @property
    def is_something(self) -> bool:
        return bool(self.off_cents or self.bonus_credits)


@dataclass(frozen=True)
class Quote:
    """A priced offer. `total_cents` is the sum of the lines and exactly what is charged.

    `given` is what promotions give; what their limits reserve. `notes` say what a customer may
    wonder about, as why a code is not used.
    """

    credits: Decimal
    currency: str
    lines: tuple[QuoteLine, ...]
    quoted_at: datetime
    code: str = ""
    given: tuple[Given, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def total_cents(self) -> int:
        return sum(line.amount_cents for line in self.lines)

    @property
    def bonus_credits(self) -> Decimal:
        """What comes on top, once it is paid."""
        return sum((given.bonus_credits for given in self.given), ZERO)

    def as_json(self) -> dict[str, Any]:
        """Return the quote as it is kept with a sale; credits as text, money as integers."""
        return {
            "credits": str(self.credits),
            "bonus_credits": str(self.bonus_credits),
            "currency": self.currency,
            "code": self.code,
            "lines": [
                vars(line) | {"percent": None if line.percent is None else str(line.percent)}
                for line in self.lines
            ],
            "notes": list(self.notes),
            "total_cents": self.total_cents,
            "quoted_at": self.quoted_at.isoformat(),
        }


def plain(credits: Decimal) -> str:
    """Return credits as a person writes them: `1,500`, `12.5`."""
    whole, _, places = f"{credits:,f}".partition(".")
    places = places.rstrip("0")
    return f"{whole}.{places}" if places else whole

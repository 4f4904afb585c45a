"""What a wallet in plain Python is made of."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

ZERO = Decimal(0)


def half_up(cents: Fraction) -> int:
    return math.floor(cents + Fraction(1, 2))


@dataclass(eq=False)
class Lot:
    """A lot; `number` is its place among the wallet's lots."""

    number: int
    credits: Decimal
    cost_cents: int
    priority: int
    expires_at: float
    remaining: Decimal
    held: Decimal = ZERO

    @property
    def free(self) -> Decimal:
        return self.remaining - self.held

    @property
    def draw_order(self) -> tuple[int, float, bool, Fraction, int]:
        cost = Fraction(self.cost_cents) / Fraction(self.credits)
        return (self.priority, self.expires_at, self.cost_cents > 0, cost, self.number)

    def value_drawn(self) -> int:
        drawn = Fraction(self.credits - self.remaining)
        return half_up(self.cost_cents * drawn / Fraction(self.credits))

    def move(self, credits: Decimal) -> Draw:
        before = self.value_drawn()
        self.remaining += credits
        return Draw(self, credits, before - self.value_drawn())


@dataclass(eq=False)
class Draw:
    """What an entry moved in one lot, signed, and its value; and what of that was given back."""

    lot: Lot
    credits: Decimal
    cents: int
    cents_back: int = 0


@dataclass(eq=False)
class Entry:
    """A line of the ledger; of a spend, also how much was given back of it."""

    kind: str
    draws: list[Draw]
    service: str = ""
    reversed: Decimal = ZERO

    @property
    def credits(self) -> Decimal:
        return sum((draw.credits for draw in self.draws), ZERO)

    @property
    def left(self) -> Decimal:
        return -self.credits - self.reversed


@dataclass(eq=False)
class Hold:
    """Parts of lots set aside until a moment."""

    service: str
    parts: list[tuple[Lot, Decimal]]
    expires_at: float
    status: str = "open"
    captured: Decimal = ZERO

    @property
    def credits(self) -> Decimal:
        return sum((part for _, part in self.parts), ZERO)


@dataclass
class Use:
    """What was spent on a service."""

    spends: int = 0
    quantity: Decimal = ZERO
    credits: Decimal = ZERO
    reversed: Decimal = ZERO

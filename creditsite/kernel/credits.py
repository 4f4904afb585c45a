"""The arithmetic of credits: Decimal with four places, half up, nothing lost."""

from __future__ import annotations

from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

CREDIT_PLACES = 4
CREDIT_DIGITS = 18
SMALLEST_CREDIT = Decimal("0.0001")
ZERO = Decimal("0.0000")


def round_credits(value: Decimal) -> Decimal:
    """Return `value` rounded half up to the four places credits are kept in."""
    return value.quantize(SMALLEST_CREDIT, rounding=ROUND_HALF_UP)


def floor_credits(value: Decimal) -> Decimal:
    """Return `value` rounded down to the four places credits are kept in."""
    return value.quantize(SMALLEST_CREDIT, rounding=ROUND_FLOOR)


def round_cents(value: Decimal) -> int:
    """Return `value` (a number of cents) rounded half up to a whole cent."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))

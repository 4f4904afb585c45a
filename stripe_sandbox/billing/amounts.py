"""Prices times quantities, and parts of them by time. All amounts are whole cents."""

from decimal import ROUND_HALF_UP, Decimal

from stripe_sandbox.accounts import Object


def full_amount(price: Object, quantity: int) -> int:
    """Return what a quantity costs for one whole period."""
    exact = Decimal(price["unit_amount_decimal"]) * quantity
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def prorated_amount(
    price: Object, quantity: int, remaining: int, whole: int, *, less: int = 0
) -> int:
    """Return the part of a period's amount, ``less`` what was taken off it, that the remaining
    seconds are worth.

    Each line is rounded down by itself, so a credit and a charge for the same time may
    differ by a cent from their difference.
    """
    exact = Decimal(price["unit_amount_decimal"]) * quantity - less
    return int(exact * remaining // whole)

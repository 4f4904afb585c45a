"""Limits under which a top-up could be quoted but not charged stop the start."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pytest_django import Settings

from billing.checks import check_prices


def test_the_default_limits_are_fine() -> None:
    assert check_prices() == []


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("TOP_UP_MINIMUM", Decimal("9.99"), "billing.E001"),
        ("CREDIT_FLOOR_RATE", Decimal("0.0499"), "billing.E001"),
        ("TOP_UP_MAXIMUM", Decimal(10_000_000), "billing.E002"),
    ],
)
def test_a_price_that_stripe_does_not_charge_is_named(
    settings: Settings, name: str, value: Decimal, found: str
) -> None:
    setattr(settings, name, value)
    (problem,) = check_prices()
    assert problem.id == found
    assert problem.hint

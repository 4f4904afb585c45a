"""System checks of billing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks

# Stripe's bounds for one charge in US dollars, in cents.
LEAST_CENTS, MOST_CENTS = 50, 99_999_999


@checks.register()
def check_prices(**_: Any) -> list[checks.CheckMessage]:
    """Refuse limits under which some top-ups could be quoted but not charged."""
    rate = settings.DEFAULT_CREDIT_RATE * 100
    found: list[checks.CheckMessage] = []
    if settings.TOP_UP_MINIMUM * settings.CREDIT_FLOOR_RATE * 100 < LEAST_CENTS:
        found.append(
            checks.Error(
                "The smallest top-up may cost less than Stripe charges ($0.50).",
                hint="Raise TOP_UP_MINIMUM or CREDIT_FLOOR_RATE.",
                id="billing.E001",
            )
        )
    if settings.TOP_UP_MAXIMUM * rate > MOST_CENTS:
        found.append(
            checks.Error(
                "The largest top-up costs more than Stripe charges at once ($999,999.99).",
                hint="Lower TOP_UP_MAXIMUM.",
                id="billing.E002",
            )
        )
    return found

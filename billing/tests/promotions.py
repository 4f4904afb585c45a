"""Promotions for tests."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from billing.models import Promotion
from creditsite.kernel import clock


def make_promotion(**terms: Any) -> Promotion:
    """Return a promotion that runs, 20 % off top-ups with code SPRING unless told otherwise."""
    defaults = {
        "name": "Spring",
        "code": "SPRING",
        "starts_at": clock.now() - timedelta(days=1),
        "most_uses_each": None,
    }
    if not {"percent", "off_cents", "bonus_credits"} & set(terms):
        defaults["percent"] = Decimal(20)
    promotion = Promotion(**(defaults | terms))
    promotion.full_clean()
    promotion.save()
    return promotion

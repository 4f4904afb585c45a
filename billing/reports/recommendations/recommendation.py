"""A recommendation, and what all of them are computed with."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import TextChoices

from creditsite.kernel.credits import round_cents, round_credits

# Four weeks stand for a month: every weekday is in them as often.
WEEKS = 28
DAYS_A_YEAR = 365
MONTHS = 12
# What is less than this a month is not worth a customer's time.
LEAST_CENTS = 100


class RecommendationKind(TextChoices):
    """What could cost less."""

    BETTER_PACKAGE = "better_package", "Another plan costs less"
    IDLE_SUBSCRIPTION = "idle_subscription", "Your plan is hardly used"
    EXPIRING_CREDITS = "expiring_credits", "Credits will lapse unused"
    FAILING_SERVICE = "failing_service", "Runs keep failing"
    DUPLICATE_RUNS = "duplicate_runs", "Runs are paid twice"


@dataclass(frozen=True)
class Recommendation:
    """Something that would cost less, how much less in a month, and what to do next.

    `facts` are what it was computed from, ready for JSON. `action_url` is a path of the site.
    """

    kind: RecommendationKind
    sentence: str
    monthly_cents: int
    action_label: str
    action_url: str
    facts: dict[str, Any] = field(default_factory=dict)
    currency: str = settings.CREDIT_CURRENCY

    @property
    def title(self) -> str:
        return str(self.kind.label)


def cents_a_month(cents: int, days: int) -> int:
    """Return what cents of so many days come to in a month, a twelfth of a year."""
    return round_cents(Decimal(cents) * DAYS_A_YEAR / (MONTHS * days))


def credits_a_month(credits: Decimal, days: int) -> Decimal:
    """Return what credits of so many days come to in a month, a twelfth of a year."""
    return round_credits(credits * DAYS_A_YEAR / (MONTHS * days))

"""The terms of packages in words."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

from billing.models import Rollover
from creditsite.kernel.formatting import money, percent, plain_credits

CENTS = 100


class Terms(Protocol):
    """What a version, or an offer of one, says."""

    @property
    def price_cents(self) -> int: ...
    @property
    def interval(self) -> str: ...
    @property
    def credits(self) -> Decimal: ...
    @property
    def rollover(self) -> str: ...
    @property
    def rollover_cap(self) -> Decimal | None: ...
    @property
    def rollover_months(self) -> int | None: ...
    @property
    def top_up_discount_percent(self) -> Decimal: ...


def terms_in_words(terms: Terms) -> str:
    """Return what terms come to: `$19.99 a month for 220 credits ($0.0909 each), …`."""
    words = [
        f"{price_in_words(terms)} ({each_in_words(terms)} each)",
        rollover_in_words(terms),
    ]
    if terms.top_up_discount_percent:
        words.append(f"{percent(terms.top_up_discount_percent)} off top-ups")
    return ", ".join(words)


def price_in_words(terms: Terms) -> str:
    """Return what terms cost and bring: `$19.99 a month for 220 credits`."""
    price, credits = money(terms.price_cents, "usd"), plain_credits(terms.credits)
    return f"{price} a {terms.interval} for {credits} credits"


def each_in_words(terms: Terms) -> str:
    """Return what one credit costs, in dollars with four places."""
    return f"${terms.price_cents / terms.credits / CENTS:.4f}"


def rollover_in_words(terms: Terms) -> str:
    """Return what becomes of a period's unspent credits."""
    if terms.rollover == Rollover.NONE:
        return "unspent credits expire with their period"
    months = f"{terms.rollover_months} month{'' if terms.rollover_months == 1 else 's'}"
    if terms.rollover == Rollover.ALL:
        return f"unspent credits last {months} longer"
    return f"up to {plain_credits(terms.rollover_cap)} unspent credits last {months} longer"

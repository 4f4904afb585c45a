"""Template filters for credits and money: `{% load creditsite_format %}`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django import template

from creditsite.kernel.credits import CREDIT_PLACES

register = template.Library()

MINUS = "\N{MINUS SIGN}"
SHOWN_PLACES = 2
CURRENCY_SIGNS = {"usd": "$", "eur": "€", "gbp": "£"}


@register.filter
def credits(value: Decimal | None) -> str:
    """Show credits with thousands separators and two to four places: `1,234.50`."""
    if value is None:
        return ""
    whole, _, fraction = f"{abs(value):,.{CREDIT_PLACES}f}".partition(".")
    fraction = fraction.rstrip("0").ljust(SHOWN_PLACES, "0")
    return f"{MINUS if value < 0 else ''}{whole}.{fraction}"


@register.filter
def plain_credits(value: Decimal | None) -> str:
    """Show credits or a quantity without places that say nothing: `1,000`, `2.5`."""
    if value is None:
        return ""
    return f"{value:,.{CREDIT_PLACES}f}".rstrip("0").rstrip(".").replace("-", MINUS)


@register.filter
def signed_credits(value: Decimal | None) -> str:
    """Show credits with their sign always: `+500.00`, `−3.00`."""
    if value is None:
        return ""
    return f"+{credits(value)}" if value > 0 else credits(value)


@register.filter
def money(cents: int | None, currency: str) -> str:
    """Show cents as money: `$50.00`; a currency without a sign of its own: `50.00 SEK`."""
    if cents is None:
        return ""
    amount = f"{abs(cents) // 100:,}.{abs(cents) % 100:02d}"
    sign = MINUS if cents < 0 else ""
    symbol = CURRENCY_SIGNS.get(currency.lower())
    return f"{sign}{symbol}{amount}" if symbol else f"{sign}{amount} {currency.upper()}"


def percent(value: Decimal) -> str:
    """Return a percentage without places that say nothing: `12.5%`."""
    return f"{value.normalize():f}%"


@register.filter
def share(part: Decimal | None) -> str:
    """Show a share of one as a percentage: `25 %`, `< 1 %`; a dash where it is not known."""
    if part is None:
        return "–"
    rounded = round(part * 100)
    return "< 1 %" if part and not rounded else f"{rounded} %"


def day(moment: date) -> str:
    """Return a day as a sentence says it: `28 November 2026`."""
    return f"{moment.day} {moment:%B %Y}"

"""Render the package's templates."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

# Currencies without a smaller unit: their amounts are whole.
ZERO_DECIMAL = re.compile("bif|clp|djf|gnf|jpy|kmf|krw|mga|pyg|rwf|ugx|vnd|vuv|xaf|xof|xpf")

HEADERS = {
    "Cache-Control": "no-store",
    # Nothing from elsewhere; form-action stays open since paying redirects to the shop.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self' 'unsafe-inline'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    # Not no-referrer: with it browsers hide from the sandbox that a form is its own.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def money(amount: int, currency: str) -> str:
    """Return an amount for people, e.g. ``12.50 USD``."""
    if ZERO_DECIMAL.fullmatch(currency):
        return f"{amount:,} {currency.upper()}"
    return f"{Decimal(amount) / 100:,.2f} {currency.upper()}"


def day(seconds: float) -> str:
    """Return a date for people, in UTC, e.g. ``1 January 2026``."""
    date = datetime.fromtimestamp(seconds, UTC)
    return f"{date.day} {date:%B %Y}"


def moment(seconds: float) -> str:
    """Return a time for people, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def duration(seconds: float) -> str:
    """Return a span of time for people, by its two largest units, e.g. ``2 days 3 h``."""
    left, parts = round(seconds), []
    for name, size in (("days", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {'day' if (name, count) == ('days', 1) else name}")
    return " ".join(parts[:2]) or "0 s"


def json_text(value: Any) -> str:
    """Return JSON for people to read."""
    return json.dumps(value, indent=2, ensure_ascii=False)


ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.filters |= {
    "money": money,
    "day": day,
    "moment": moment,
    "duration": duration,
    "json": json_text,
}


def render(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a page; every value is escaped."""
    text = ENVIRONMENT.get_template(template).render(**values)
    return HTMLResponse(text, status, HEADERS)

"""Time: always aware, always UTC; one far date that means "never"."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime

# PostgreSQL's 'infinity' cannot be read into a Python datetime; a far date sorts the same way.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def now() -> datetime:
    """Return the current moment, aware, in UTC."""
    return datetime.now(UTC)


def months_after(moment: datetime, months: int) -> datetime:
    """Return the same day and time so many months later, the last day of a shorter month."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)

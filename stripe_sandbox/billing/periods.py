"""Billing periods by the calendar, in UTC: month after month on the anchor's day."""

import calendar
from datetime import UTC, datetime, timedelta

from stripe_sandbox.accounts import Object

DAYS = {"day": 1, "week": 7}
MONTHS = {"month": 1, "year": 12}


def boundary(anchor: int, recurring: Object, number: int) -> int:
    """Return the start of the period with this number; period 0 starts at the anchor.

    Months keep the anchor's day where they have it, and their last day where they do not:
    after 31 January come 28 February and 31 March.
    """
    count = recurring["interval_count"] * number
    start = datetime.fromtimestamp(anchor, UTC)
    if recurring["interval"] in DAYS:
        moved = start + timedelta(days=DAYS[recurring["interval"]] * count)
        return int(moved.timestamp())
    months = start.year * 12 + start.month - 1 + MONTHS[recurring["interval"]] * count
    year, month = months // 12, months % 12 + 1
    day = min(start.day, calendar.monthrange(year, month)[1])
    return int(start.replace(year=year, month=month, day=day).timestamp())


def period_around(anchor: int, recurring: Object, moment: int) -> tuple[int, int]:
    """Return start and end of the period that a moment lies in; a boundary begins its period."""
    number = _estimate(anchor, recurring, moment)
    while boundary(anchor, recurring, number) > moment:
        number -= 1
    while boundary(anchor, recurring, number + 1) <= moment:
        number += 1
    return boundary(anchor, recurring, number), boundary(anchor, recurring, number + 1)


def latest_after(moment: int, recurring: Object, intervals: int) -> int:
    """Return the moment some intervals later."""
    return boundary(moment, recurring, intervals)


def months_after(moment: int, months: int) -> int:
    """Return the moment some calendar months later."""
    return boundary(moment, {"interval": "month", "interval_count": 1}, months)


def _estimate(anchor: int, recurring: Object, moment: int) -> int:
    days = DAYS.get(recurring["interval"]) or 30 * MONTHS[recurring["interval"]]
    length: int = days * recurring["interval_count"] * 24 * 3600
    return (moment - anchor) // length

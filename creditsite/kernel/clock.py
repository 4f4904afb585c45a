"""Time: always aware, always UTC; one far date that means "never"."""

from __future__ import annotations

from datetime import UTC, datetime

# PostgreSQL's 'infinity' cannot be read into a Python datetime; a far date sorts the same way.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def now() -> datetime:
    """Return the current moment, aware, in UTC."""
    return datetime.now(UTC)

"""Ids that come from outside."""

from __future__ import annotations

import uuid


def uuid_or_none(text: str) -> uuid.UUID | None:
    """Return the id that a text is, or None where it is none of ours."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None

"""How Stripe writes ids and times."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def id_of(thing: Any) -> str:
    """Return the id of a reference, which Stripe may send expanded or not at all."""
    if isinstance(thing, Mapping):
        return str(thing["id"])
    return thing or ""


def moment(seconds: int) -> datetime:
    """Return a time of Stripe's."""
    return datetime.fromtimestamp(seconds, UTC)


def optional_moment(seconds: int | None) -> datetime | None:
    """Return a time of Stripe's, if it is one."""
    return None if seconds is None else moment(seconds)

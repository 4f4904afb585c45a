"""Steps by which a term that a person typed leads to rows; each is served by an index."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.db.models import Q

# A term, which is not empty and has no NUL, becomes a condition, or None where it can't be meant.
Find = Callable[[str], Q | None]
LARGEST_NUMBER = 2**63 - 1
MOST_DIGITS = len(str(LARGEST_NUMBER))


def number_in(term: str) -> int | None:
    """Return the number that the term is, where a column can hold it."""
    # Python refuses to read thousands of digits at all.
    if not (term.isascii() and term.isdecimal() and len(term) <= MOST_DIGITS):
        return None
    return found if (found := int(term)) <= LARGEST_NUMBER else None


def exactly(*columns: str) -> tuple[Find, ...]:
    """Return the steps that take the term for what stands in one of the columns, as it is."""

    def step(column: str) -> Find:
        return lambda term: Q(**{column: term})

    return tuple(step(column) for column in columns)


def number(*columns: str) -> Find:
    """Return the step that takes the term for a number in any of the columns."""

    def find(term: str) -> Q | None:
        asked = number_in(term)
        if asked is None:
            return None
        found = Q()
        for column in columns:
            found |= Q(**{column: asked})
        return found

    return find


def uuid(column: str = "pk") -> Find:
    """Return the step that takes the term for a UUID."""

    def find(term: str) -> Q | None:
        try:
            return Q(**{column: UUID(term)})
        except ValueError:
            return None

    return find

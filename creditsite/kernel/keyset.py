"""Pages of a list by keyset: as quick on the last page as on the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True)
class KeysetPage(Generic[Row]):
    """Some rows, newest first, and the keys from which to go on (None: no more)."""

    rows: list[Row]
    newer_than: int | None
    older_than: int | None


def keyset_page(
    found: models.QuerySet[Row],
    *,
    key: str = "id",
    before: int | None = None,
    after: int | None = None,
    size: int = 25,
) -> KeysetPage[Row]:
    """Return a page of the rows by an integer column that grows, newest first.

    `before` gives the rows older than that key, `after` those newer than it. One query for the
    newest page, else two: a row more than is shown tells whether the list goes on.
    """
    if after is not None:
        rows = list(found.filter(**{f"{key}__gt": after}).order_by(key)[: size + 1])
        goes_on, rows = len(rows) > size, rows[:size][::-1]
    else:
        older = found if before is None else found.filter(**{f"{key}__lt": before})
        rows = list(older.order_by(f"-{key}")[: size + 1])
        goes_on, rows = len(rows) > size, rows[:size]
    if not rows:
        return KeysetPage([], None, None)
    newest, oldest = getattr(rows[0], key), getattr(rows[-1], key)
    if after is not None:
        has_newer, has_older = goes_on, found.filter(**{f"{key}__lt": oldest}).exists()
    else:
        has_older = goes_on
        has_newer = before is not None and found.filter(**{f"{key}__gt": newest}).exists()
    return KeysetPage(
        rows,
        newer_than=newest if has_newer else None,
        older_than=oldest if has_older else None,
    )

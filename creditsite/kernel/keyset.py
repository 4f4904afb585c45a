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

    `before` gives the rows older than that key, `after` those newer than it.
    """
    if after is not None:
        rows = list(found.filter(**{f"{key}__gt": after}).order_by(key)[:size])[::-1]
    else:
        older = found if before is None else found.filter(**{f"{key}__lt": before})
        rows = list(older.order_by(f"-{key}")[:size])
    if not rows:
        return KeysetPage([], None, None)
    newest, oldest = getattr(rows[0], key), getattr(rows[-1], key)
    return KeysetPage(
        rows,
        newer_than=newest if found.filter(**{f"{key}__gt": newest}).exists() else None,
        older_than=oldest if found.filter(**{f"{key}__lt": oldest}).exists() else None,
    )

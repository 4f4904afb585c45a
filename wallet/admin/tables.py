"""Rows below an operator's page: plain cells that one template draws."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from django.urls import reverse

from creditsite.kernel.formatting import credits as show_credits
from creditsite.kernel.formatting import signed_credits


@dataclass(frozen=True)
class Cell:
    """One cell: a text, and where it leads. A moment is never broken into lines; what a person
    wrote keeps its own, and room to be read."""

    text: str
    url: str = ""
    is_number: bool = False
    is_moment: bool = False
    is_text: bool = False


@dataclass(frozen=True)
class Table:
    """A titled table; `empty` stands in place of no rows, `more` leads to all of them."""

    title: str
    heads: tuple[str, ...]
    rows: list[list[Cell]]
    empty: str = "None."
    more: Cell | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def columns(self) -> list[Cell]:
        """The heads, those of numbers marked as what stands below them."""
        first = self.rows[0] if self.rows else [Cell("")] * len(self.heads)
        return [
            Cell(head, is_number=cell.is_number)
            for head, cell in zip(self.heads, first, strict=True)
        ]


def link(text: object, model: str, row_id: int) -> Cell:
    """Return a cell that leads to a row of one of the wallet's models."""
    return Cell(str(text), reverse(f"admin:wallet_{model}_change", args=[row_id]))


def number(credits: Decimal | None, *, signed: bool = False) -> Cell:
    """Return a cell of credits."""
    text = signed_credits(credits) if signed else show_credits(credits)
    return Cell(text, is_number=True)


def moment(at: datetime | None, *, never: str = "Never") -> Cell:
    """Return a cell of a moment in UTC."""
    text = f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if at else never
    return Cell(text, is_moment=True)


def all_of(text: str, model: str, wallet_id: int) -> Cell:
    """Return the link to the whole list of what belongs to a wallet."""
    return Cell(
        text, f"{reverse(f'admin:wallet_{model}_changelist')}?wallet__id__exact={wallet_id}"
    )

"""What a step would bring: the figures before and after, and the lines it would post."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from creditsite.kernel.formatting import MINUS, signed_credits
from wallet.models import LedgerEntry, Wallet
from wallet.reports.figures import wallet_figures
from wallet.reports.history import entry_rows


@dataclass(frozen=True)
class FigureChange:
    """One of a wallet's figures before and after."""

    label: str
    before: Decimal
    after: Decimal


@dataclass(frozen=True)
class PreviewedLine:
    """A line of the ledger, and the lots it moves."""

    kind_label: str
    title: str
    credits: Decimal
    balance_after: Decimal
    lots: list[str]


@dataclass(frozen=True)
class Picture:
    """A wallet's figures at the number of its newest line."""

    sequence: int
    figures: dict[str, Decimal]


def picture_of(wallet: Wallet) -> Picture:
    """Return the wallet's figures as its row stands now."""
    now = Wallet.objects.get(pk=wallet.pk)
    figures = wallet_figures(now)
    return Picture(
        sequence=now.sequence,
        figures={
            "Balance": figures.balance,
            "Held": figures.held,
            "Available": figures.available,
            "Debt": figures.debt,
        },
    )


def figure_changes(before: Picture, after: Picture) -> list[FigureChange]:
    """Return each figure before and after."""
    return [
        FigureChange(label, figure, after.figures[label])
        for label, figure in before.figures.items()
    ]


def lines_since(wallet: Wallet, before: Picture) -> list[PreviewedLine]:
    """Return the lines that were posted after the picture, in their order."""
    entries = list(
        LedgerEntry.objects.filter(wallet=wallet, sequence__gt=before.sequence)
        .select_related("service")
        .order_by("sequence")
    )
    return [
        PreviewedLine(
            kind_label=row.kind_label,
            title=row.title,
            credits=row.credits,
            balance_after=row.balance_after,
            lots=[_lot(*draw) for draw in entry.draws],
        )
        for entry, row in zip(entries, entry_rows(entries), strict=True)
    ]


def _lot(lot: int, credits: str, cents: int) -> str:
    worth = f"{cents:+,}".replace("-", MINUS)
    return f"Lot {lot}: {signed_credits(Decimal(credits))}, value {worth} cents"

"""What tests read of a wallet."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from creditsite.kernel.errors import DomainError
from wallet.models import Grant, LedgerEntry, Wallet, WalletEvent


class Figures(NamedTuple):
    """A wallet in numbers."""

    balance: Decimal
    held: Decimal
    debt: Decimal
    available: Decimal


def figures(wallet: Wallet) -> Figures:
    wallet.refresh_from_db()
    return Figures(wallet.balance, wallet.held, wallet.debt, wallet.available())


def numbers(*values: str | int) -> tuple[Decimal, ...]:
    """Return the numbers to compare `figures` with: balance, held, debt, available."""
    return tuple(Decimal(value) for value in values)


def draws(entry: LedgerEntry) -> list[tuple[int, Decimal]]:
    """Return which lots an entry moved, and by how much."""
    return [(lot, Decimal(credits)) for lot, credits, _ in entry.draws]


def cents(entry: LedgerEntry) -> list[int]:
    """Return the value of each draw of an entry."""
    return [value for _, _, value in entry.draws]


def kinds(wallet: Wallet) -> list[str]:
    """Return the kinds of a wallet's entries, the first one first."""
    return list(wallet.entries.order_by("sequence").values_list("kind", flat=True))


def newest(wallet: Wallet) -> LedgerEntry:
    return wallet.entries.latest("sequence")


def told(wallet: Wallet) -> list[str]:
    """Return the kinds of the events of a wallet, the first one first."""
    return list(
        WalletEvent.objects.filter(wallet=wallet).order_by("id").values_list("kind", flat=True)
    )


def state(lot: Grant) -> tuple[Decimal, Decimal]:
    """Return what is left in a lot and what of it is held."""
    lot.refresh_from_db()
    return lot.remaining, lot.held


def facts(refusal: DomainError) -> dict[str, Any]:
    return dict(refusal.extras)

"""A wallet's figures."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from wallet.models import Wallet


@dataclass(frozen=True)
class WalletFigures:
    """A wallet's credits now."""

    wallet_id: int
    balance: Decimal
    held: Decimal
    available: Decimal
    debt: Decimal
    status: str
    status_label: str
    status_reason: str


def wallet_figures(wallet: Wallet) -> WalletFigures:
    """Return the wallet's figures as they stand in its row."""
    return WalletFigures(
        wallet_id=wallet.pk,
        balance=wallet.balance,
        held=wallet.held,
        available=wallet.available(),
        debt=wallet.debt,
        status=wallet.status,
        status_label=wallet.get_status_display(),
        status_reason=wallet.status_reason,
    )

"""A wallet's figures."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from wallet.models import Wallet, WalletStatus


@dataclass(frozen=True)
class WalletFigures:
    """A wallet's credits now. `is_low`: fewer are left than the customer wants to be warned of."""

    wallet_id: int
    balance: Decimal
    held: Decimal
    available: Decimal
    debt: Decimal
    status: str
    status_label: str
    status_reason: str
    alert_below: Decimal | None
    is_low: bool


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
        alert_below=wallet.alert_below,
        is_low=wallet.is_low and wallet.status != WalletStatus.CLOSED,
    )

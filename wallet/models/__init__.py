"""Rows of the wallet app."""

from wallet.models.entry import EntryKind, LedgerEntry
from wallet.models.grant import Grant, GrantSource
from wallet.models.service import Service, ServiceRate, ServiceStatus
from wallet.models.status_change import WalletStatusChange
from wallet.models.wallet import Wallet, WalletStatus

__all__ = [
    "EntryKind",
    "Grant",
    "GrantSource",
    "LedgerEntry",
    "Service",
    "ServiceRate",
    "ServiceStatus",
    "Wallet",
    "WalletStatus",
    "WalletStatusChange",
]

"""The wallet in the operators' admin."""

from wallet.admin.entry import LedgerEntryAdmin
from wallet.admin.service import ServiceAdmin
from wallet.admin.wallet import WalletAdmin

__all__ = ["LedgerEntryAdmin", "ServiceAdmin", "WalletAdmin"]

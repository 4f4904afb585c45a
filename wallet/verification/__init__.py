"""Checks the ledger against its own rules: set-based, in SQL, a range of wallets at a time."""

from wallet.verification.heads import verify_heads
from wallet.verification.run import Fault, Progress, first_of_each_rule, verify_wallets

__all__ = ["Fault", "Progress", "first_of_each_rule", "verify_heads", "verify_wallets"]

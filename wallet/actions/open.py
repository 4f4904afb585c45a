"""Open a customer's wallet."""

from __future__ import annotations

from creditsite.accounts.models import User
from wallet.models import Wallet


def open_wallet(*, customer: User) -> Wallet:
    """Return the customer's one wallet, made at the first call."""
    wallet, _ = Wallet.objects.get_or_create(customer=customer)
    return wallet

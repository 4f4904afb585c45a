"""What of the way to the first spend a newcomer has behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from creditsite.accounts.models import ApiKey
from wallet.models import EntryKind, Wallet
from wallet.reports.history import EntryRow


@dataclass(frozen=True)
class FirstSteps:
    """Which of the steps before the first spend are done."""

    has_credits: bool
    has_key: bool


def first_steps(wallet: Wallet, newest: Sequence[EntryRow]) -> FirstSteps | None:
    """Return how far a newcomer is, or None where something was spent already.

    `newest` are the wallet's newest entries; with more than those it is no newcomer's. One query
    for a newcomer, none for others.
    """
    if wallet.sequence > len(newest) or any(row.kind == EntryKind.SPEND for row in newest):
        return None
    keys = ApiKey.objects.filter(customer=wallet.customer_id, revoked_at=None)
    return FirstSteps(has_credits=wallet.sequence > 0, has_key=keys.exists())

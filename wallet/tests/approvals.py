"""Operators who ask for credits and decide on what others asked for."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from creditsite.accounts.models import User
from creditsite.kernel import clock
from wallet.actions import CreditChange, Posting, request_change
from wallet.models import ApprovalRequest, ChangeKind, GrantSource, Wallet


def adjustment(credits: str) -> CreditChange:
    return CreditChange(ChangeKind.ADJUSTMENT, Decimal(credits))


def promotion(credits: str, expires_at: datetime = clock.NEVER) -> CreditChange:
    return CreditChange(
        ChangeKind.GRANT, Decimal(credits), source=GrantSource.PROMOTION, expires_at=expires_at
    )


def ask(
    wallet: Wallet, operator: User, change: CreditChange, key: str = "ask"
) -> Posting | ApprovalRequest:
    return request_change(
        wallet=wallet,
        change=change,
        reason="An outage",
        idempotency_key=key,
        operator=operator,
    )


def waiting(
    wallet: Wallet, operator: User, change: CreditChange, key: str = "ask"
) -> ApprovalRequest:
    """Ask for what is too much for one operator."""
    asked = ask(wallet, operator, change, key)
    assert isinstance(asked, ApprovalRequest)
    return asked

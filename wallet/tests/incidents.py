"""An incident that cost several customers, and compensations of it."""

from __future__ import annotations

import itertools
from datetime import timedelta
from decimal import Decimal

from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.tests.people import make_customer
from wallet.actions import (
    compensate_some,
    grant_credits,
    open_wallet,
    request_compensation,
    spend_credits,
)
from wallet.models import Compensation, GrantSource, Incident, LedgerEntry, Service, Wallet
from wallet.tests.conftest import ACTOR

NUMBERS = itertools.count(1)


def make_wallets(count: int, credits: str = "1000") -> list[Wallet]:
    """Open a wallet with credits for each of so many new customers."""
    wallets = []
    for _ in range(count):
        number = next(NUMBERS)
        wallet = open_wallet(customer=make_customer(f"hit-{number}@example.com"))
        grant_credits(
            wallet=wallet,
            credits=Decimal(credits),
            source=GrantSource.TOP_UP,
            idempotency_key=f"hit-{number}",
            actor=ACTOR,
        )
        wallets.append(wallet)
    return wallets


def charge(wallet: Wallet, credits: str, **metadata: str) -> LedgerEntry:
    return spend_credits(
        wallet_id=wallet.pk,
        service="runs",
        credits=Decimal(credits),
        idempotency_key=f"charge-{next(NUMBERS)}",
        metadata=metadata,
        actor=ACTOR,
    ).entry


def until_now() -> Incident:
    """Return the incident of the last hour."""
    now = clock.now()
    return Incident(Service.objects.get(slug="runs"), now - timedelta(hours=1), now)


def compensation(
    operator: User,
    percent: str = "100",
    *,
    incident: Incident | None = None,
    failed_only: bool = False,
    key: str = "",
) -> Compensation:
    return request_compensation(
        incident=incident or until_now(),
        percent=Decimal(percent),
        failed_only=failed_only,
        reason="The service was down",
        idempotency_key=key or f"compensation-{next(NUMBERS)}",
        operator=operator,
    )


def carry_out(asked: Compensation) -> None:
    while compensate_some(compensation=asked):
        pass
    asked.refresh_from_db()


def balances(wallets: list[Wallet]) -> list[Decimal]:
    return [Wallet.objects.get(pk=wallet.pk).balance for wallet in wallets]

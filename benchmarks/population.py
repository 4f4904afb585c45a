"""The customers every measurement begins with; imported once Django is set up."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.db import transaction

from creditsite.accounts.models import User
from creditsite.kernel.actor import Actor
from wallet.actions import add_service, grant_credits
from wallet.models import GrantSource, Wallet

ACTOR = Actor.system("bench")
SERVICE = "bench"
WALLETS = 5000
LOTS = (GrantSource.PROMOTION, GrantSource.TOP_UP)
# Never used up: no round ends in refusals.
LOT_CREDITS = Decimal(100_000_000)
LOT_CENTS = 1_000_000
AT_ONCE = 500


def fill() -> None:
    """Make the service and the wallets, each with a free lot and a paid one."""
    add_service(slug=SERVICE, name="Bench", unit="run", credits_per_unit=Decimal(1))
    User.objects.bulk_create(
        (User(email=f"customer{number}@example.com", password="!") for number in range(WALLETS)),
        batch_size=AT_ONCE,
    )
    Wallet.objects.bulk_create(
        (Wallet(customer=user) for user in User.objects.order_by("pk")), batch_size=AT_ONCE
    )
    for wallets in _portions(list(Wallet.objects.order_by("pk"))):
        with transaction.atomic():
            for wallet in wallets:
                _grant(wallet)


def wallet_ids() -> list[int]:
    """Return the ids of all wallets."""
    return list(Wallet.objects.order_by("pk").values_list("pk", flat=True))


def _grant(wallet: Wallet) -> None:
    for source in LOTS:
        grant_credits(
            wallet=wallet,
            credits=LOT_CREDITS,
            source=source,
            cost_cents=LOT_CENTS if source == GrantSource.TOP_UP else 0,
            idempotency_key=f"bench {source}",
            actor=ACTOR,
        )


def _portions(wallets: list[Wallet]) -> Iterator[list[Wallet]]:
    for first in range(0, len(wallets), AT_ONCE):
        yield wallets[first : first + AT_ONCE]

"""What clients do again and again, made for one client by a `begin` of the crew's work."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from decimal import Decimal
from itertools import count
from typing import Any

from benchmarks.crew import Operation
from benchmarks.population import ACTOR, SERVICE
from wallet.actions import BatchItem, spend_batch, spend_credits

UNIT = Decimal(1)
BATCH = 100


def spending(
    *, client: int, wallets: list[int], spend: Callable[..., Any] = spend_credits
) -> Operation:
    """Spend one unit from a random one of the wallets, by whatever looks like `spend_credits`."""
    keys = new_keys()

    def operation() -> int:
        spend(
            wallet_id=random.choice(wallets),
            service=SERVICE,
            quantity=UNIT,
            idempotency_key=next(keys),
            actor=ACTOR,
        )
        return 1

    return operation


def spending_in_batches(*, client: int, wallets: list[int]) -> Operation:
    """Spend a hundred times one unit, each from a random one of the wallets, in one call."""
    keys = new_keys()

    def operation() -> int:
        items = [
            BatchItem(
                wallet_id=random.choice(wallets),
                service=SERVICE,
                quantity=UNIT,
                idempotency_key=next(keys),
                metadata={},
            )
            for _ in range(BATCH)
        ]
        spend_batch(items=items, actor=ACTOR)
        return BATCH

    return operation


def new_keys() -> Any:
    """Yield keys that nobody else has."""
    mine = secrets.token_hex(6)
    return (f"{mine}-{number}" for number in count())

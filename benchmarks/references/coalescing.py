"""Spends of a process's threads that wait at the same time, sent as one batch by one of them."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from benchmarks.population import ACTOR
from creditsite.kernel.actor import Actor
from wallet.actions import BatchItem, spend_batch


@dataclass
class Waiting:
    """A spend in the line, and its answer once somebody has sent it."""

    item: BatchItem
    answer: Any = None


class Line:
    """Where the threads of a process hand over their spends."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._guard = threading.Lock()
        self._waiting: list[Waiting] = []

    def spend(self, item: BatchItem) -> Any:
        """Return the item's result; whoever has the turn sends all that wait."""
        mine = Waiting(item)
        with self._guard:
            self._waiting.append(mine)
        with self._turn:
            if mine.answer is None:
                self._send()
        return mine.answer

    def _send(self) -> None:
        with self._guard:
            sent, self._waiting = self._waiting, []
        results = spend_batch(items=[waiting.item for waiting in sent], actor=ACTOR)
        for waiting, result in zip(sent, results, strict=True):
            waiting.answer = result


LINE = Line()


def spend_credits(
    *, wallet_id: int, service: str, quantity: Decimal, idempotency_key: str, actor: Actor
) -> Any:
    """Spend like the action of that name, together with what other threads spend now."""
    item = BatchItem(
        wallet_id=wallet_id,
        service=service,
        quantity=quantity,
        idempotency_key=idempotency_key,
        metadata={},
    )
    return LINE.spend(item)

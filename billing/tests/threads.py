"""Work done at the same moment, in real threads with connections of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

Item = TypeVar("Item")
Result = TypeVar("Result")


def at_once(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Do the work for every item, all starting together; return what each brought."""
    together = threading.Barrier(len(items))

    def run(item: Item) -> Result:
        try:
            together.wait(10)
            return work(item)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(run, items))

"""Steps with their progress, printed so that nobody has to wonder what is going on."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

TOTAL = 8


@contextmanager
def step(number: int, what: str) -> Iterator[None]:
    """Print what begins now, and how long it took once it is done."""
    say(f"[{number}/{TOTAL}] {what} …")
    began = time.monotonic()
    yield
    say(f"[{number}/{TOTAL}] {what}: done in {time.monotonic() - began:.1f} s")


def say(text: str) -> None:
    """Print lines in one go: several processes share the terminal."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()

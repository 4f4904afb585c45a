"""What a measurement is: sides that take turns, and the figures made of their rounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.stage import Database, Stage


@dataclass(frozen=True)
class Sample:
    """What one side did in one round: units of work, units per second, slowest of 20 calls.

    Of pages also how long the slowest took, and how many queries the one with the most.
    """

    units: int
    rate: float
    p95_ms: float | None = None
    slowest_ms: float | None = None
    queries: int | None = None

    def read(self, name: str) -> float:
        """Return one of the numbers, which the side must have."""
        value = getattr(self, name)
        assert value is not None, name
        return float(value)


@dataclass(frozen=True)
class Side:
    """One way to do the work. `run` does it for about so many seconds.

    `ledger` is the database whose ledger must have grown by exactly the units that `run`
    counted: a side that is fast because it refuses is found out.
    """

    name: str
    run: Callable[[float], Sample]
    ledger: Database | None = None


@dataclass(frozen=True)
class Figure:
    """The rate of one side over another's in the same round, or the rate itself; or what else
    a sample has, by the name in `reading`.

    `floor` must be reached by the median, `aim` is what the design hopes for. With `at_most`
    less is better.
    """

    title: str
    of: str
    over: str | None = None
    floor: float | None = None
    aim: float | None = None
    at_most: bool = False
    reading: str = "rate"

    def misses(self, value: float) -> bool:
        """Tell whether the value is worse than the floor."""
        if self.floor is None:
            return False
        return value > self.floor if self.at_most else value < self.floor


@dataclass(frozen=True)
class Contest:
    """The sides of a measurement, ready to run; `remarks` tells what else is worth knowing."""

    sides: Sequence[Side]
    remarks: Callable[[], list[str]] = field(default=list)


@dataclass(frozen=True)
class Measure:
    """A measurement: `prepare` makes its databases and servers and ends them afterwards."""

    name: str
    unit: str
    figures: Sequence[Figure]
    prepare: Callable[[Stage], AbstractContextManager[Contest]]

"""Lets the sides of a measurement take turns and compares them round by round."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from statistics import median

from benchmarks.measure import Contest, Figure, Measure, Sample, Side
from benchmarks.stage import Stage
from creditsite.development.steps import say

# Before the first round each side runs once, unrecorded: caches, plans, connections.
WARM_UP_SECONDS = 1.0


class Dishonest(Exception):
    """A side counted work that the ledger does not show."""


@dataclass(frozen=True)
class Pace:
    """How many rounds, and how long a side runs in each."""

    rounds: int
    seconds: float


@dataclass(frozen=True)
class FigureResult:
    """A figure's value in every round."""

    figure: Figure
    values: list[float]

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def missed(self) -> bool:
        return self.figure.misses(self.median)


@dataclass
class Result:
    """What a measurement found; `failure` says why it could not be carried out."""

    measure: Measure
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    failure: str = ""
    seconds: float = 0.0

    @property
    def figures(self) -> list[FigureResult]:
        return [
            FigureResult(figure, self._values(figure))
            for figure in self.measure.figures
            if figure.of in self.samples
        ]

    @property
    def missed(self) -> bool:
        return bool(self.failure) or any(figure.missed for figure in self.figures)

    def _values(self, figure: Figure) -> list[float]:
        of = [sample.read(figure.reading) for sample in self.samples[figure.of]]
        if figure.over is None:
            return of
        over = [sample.read(figure.reading) for sample in self.samples[figure.over]]
        return [ours / theirs for ours, theirs in zip(of, over, strict=True)]


def carry_out(*, measure: Measure, stage: Stage, pace: Pace) -> Result:
    """Prepare the measurement, let its sides take turns, and put everything away."""
    began = time.monotonic()
    result = Result(measure)
    say(f"\n{measure.name}: preparing …")
    with measure.prepare(stage) as contest:
        say(f"{measure.name}: prepared in {time.monotonic() - began:.0f} s")
        for side in contest.sides:
            _turn(side, min(WARM_UP_SECONDS, pace.seconds))
        for number in range(1, pace.rounds + 1):
            _play_round(result, contest, number, pace)
        result.remarks = contest.remarks()
    result.seconds = time.monotonic() - began
    return result


def _play_round(result: Result, contest: Contest, number: int, pace: Pace) -> None:
    told = []
    # In another order each round: a side also pays for what the one before left to be written.
    for side in random.sample(contest.sides, len(contest.sides)):
        sample = _turn(side, pace.seconds)
        result.samples.setdefault(side.name, []).append(sample)
        told.append(f"{side.name} {sample.rate:,.0f}")
    unit = result.measure.unit
    say(f"{result.measure.name}: round {number}/{pace.rounds}, {unit}: {' | '.join(told)}")


def _turn(side: Side, seconds: float) -> Sample:
    before = side.ledger.entries() if side.ledger else 0
    sample = side.run(seconds)
    if side.ledger:
        posted = side.ledger.entries() - before
        if posted != sample.units:
            raise Dishonest(f"{side.name} counted {sample.units} spends, the ledger {posted}.")
    return sample

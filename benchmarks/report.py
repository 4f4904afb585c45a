"""What a run found, as a table for people and as JSON for comparing runs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.measure import Sample
from benchmarks.rounds import FigureResult, Pace, Result

RESULTS = Path(__file__).resolve().parent / "results"
HUNDREDS = 100


def table(results: Sequence[Result], *, machine: dict[str, str], pace: Pace) -> str:
    """Return everything as text, the figures first."""
    lines = [f"{name:<12} {value}" for name, value in machine.items()]
    lines += [f"{'rounds':<12} {pace.rounds} of {pace.seconds:g} s a side, sides in turn", ""]
    lines.append(f"{'figure':<66} {'median':>9}   {'min – max':<17} {'floor':>7} {'aim':>7}")
    for result in results:
        lines += [_figure_line(figure) for figure in result.figures]
        if result.failure:
            lines.append(f"{result.measure.name}: could not be carried out: {result.failure}")
    lines += ["", f"{'side':<54} {'median':>11} {'p95':>10}   unit"]
    for result in results:
        lines += _side_lines(result)
    for result in results:
        lines += [f"{result.measure.name}: {remark}" for remark in result.remarks]
    return "\n".join(lines)


def write_json(
    results: Sequence[Result], *, machine: dict[str, str], pace: Pace, quick: bool, at: datetime
) -> Path:
    """Keep everything in `results/`, named by the moment, and return where."""
    document = {
        "at": at.isoformat(timespec="seconds"),
        "quick": quick,
        "machine": machine,
        "pace": asdict(pace),
        "measures": {result.measure.name: _measure_document(result) for result in results},
    }
    path = RESULTS / f"{at:%Y-%m-%d-%H%M%S}.json"
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    return path


def _figure_line(found: FigureResult) -> str:
    figure = found.figure
    spread = f"{_short(min(found.values))} – {_short(max(found.values))}"
    verdict = "  MISSED" if found.missed else ""
    return (
        f"{figure.title:<66} {_short(found.median):>9}   {spread:<17} "
        f"{_short(figure.floor):>7} {_short(figure.aim):>7}{verdict}"
    )


def _side_lines(result: Result) -> Iterator[str]:
    for name, samples in result.samples.items():
        p95 = _p95(samples)
        slowest = f"{p95:,.1f} ms" if p95 is not None else ""
        rate = median(sample.rate for sample in samples)
        label = f"{result.measure.name}: {name}"
        yield f"{label:<54} {rate:>11,.1f} {slowest:>10}   {result.measure.unit}"


def _measure_document(result: Result) -> dict[str, Any]:
    return {
        "unit": result.measure.unit,
        "seconds": round(result.seconds, 1),
        "failure": result.failure,
        "remarks": result.remarks,
        "figures": [
            asdict(found.figure)
            | {"median": found.median, "values": found.values, "missed": found.missed}
            for found in result.figures
        ],
        "sides": {
            name: [asdict(sample) for sample in samples] for name, samples in result.samples.items()
        },
    }


def _p95(samples: list[Sample]) -> float | None:
    known = [sample.p95_ms for sample in samples if sample.p95_ms is not None]
    return median(known) if known else None


def _short(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= HUNDREDS else f"{value:.2f}"

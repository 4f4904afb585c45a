"""Runs that were paid for nothing: those that fail, and those that repeat another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from billing.reports.recommendations.recommendation import (
    WEEKS,
    Recommendation,
    RecommendationKind,
    cents_a_month,
)
from creditsite.kernel.formatting import money
from wallet.reports.recent import Recent
from wallet.reports.runs import RunSums, Span, faulty_runs

# A run in ten fails, and not by a single accident.
FAILED_PARTS = 10
FEWEST_FAILED = 5
# Where more than half of a service's runs look alike, metadata does not tell them apart.
ALIKE_PARTS = 2


def runs_for_nothing(recent: Recent) -> list[Recommendation]:
    """Return a recommendation for each service that keeps failing, and one for all duplicates.

    Services that are paused are left out: nothing can be spent on them.
    """
    if recent.days < WEEKS or recent.span is None:
        return []
    failed, duplicates = faulty_runs(recent.span)
    active = {each.service for each in recent.use if each.is_active}
    return [
        *_failing(recent, recent.span, [each for each in failed if each.service in active]),
        *_repeated(recent, recent.span, [each for each in duplicates if each.service in active]),
    ]


def _failing(recent: Recent, span: Span, failed: list[RunSums]) -> Iterator[Recommendation]:
    for service, (name, runs, cents) in _by_service(failed).items():
        total = _runs_of(recent, span, service)
        if runs < FEWEST_FAILED or runs * FAILED_PARTS < total:
            continue
        yield Recommendation(
            kind=RecommendationKind.FAILING_SERVICE,
            sentence=(
                f"{runs:,} of {total:,} runs of {name} failed in the last {_days(span)}, "
                f"{_percent(runs, total)}%. You paid {_money(cents)} for them."
            ),
            monthly_cents=cents_a_month(cents, _length(span)),
            action_label="See the runs that failed",
            action_url=_history(span, service=service, text="failed"),
            facts={
                "history_days": _length(span),
                "service": service,
                "runs": total,
                "failed": runs,
                "cents": cents,
            },
        )


def _repeated(recent: Recent, span: Span, duplicates: list[RunSums]) -> Iterator[Recommendation]:
    services = {
        service: found
        for service, found in _by_service(duplicates).items()
        if found[1] * ALIKE_PARTS <= _runs_of(recent, span, service)
    }
    runs = sum(count for _, count, _ in services.values())
    cents = sum(sums for _, _, sums in services.values())
    if not runs:
        return
    names = sorted(services, key=lambda service: -services[service][2])
    most = services[names[0]][0]
    where = most if len(names) == 1 else f"{len(names)} services, most of them of {most},"
    yield Recommendation(
        kind=RecommendationKind.DUPLICATE_RUNS,
        sentence=(
            f"In the last {_days(span)} {runs:,} run{'' if runs == 1 else 's'} of {where} repeated "
            f"another one within ten minutes, with the same input. You paid {_money(cents)} for "
            "that. Send the same idempotency key when you try again."
        ),
        monthly_cents=cents_a_month(cents, _length(span)),
        action_label="See the runs",
        action_url=_history(span, service=names[0]),
        facts={
            "history_days": _length(span),
            "duplicates": runs,
            "cents": cents,
            "services": [
                {"service": name, "duplicates": services[name][1], "cents": services[name][2]}
                for name in names
            ],
        },
    )


def _runs_of(recent: Recent, span: Span, service: str) -> int:
    return sum(
        each.runs for each in recent.use if each.service == service and each.day >= span.first
    )


def _by_service(sums: list[RunSums]) -> dict[str, tuple[str, int, int]]:
    """Return name, runs and cents of each service."""
    found: dict[str, tuple[str, int, int]] = defaultdict(lambda: ("", 0, 0))
    for each in sums:
        _, runs, cents = found[each.service]
        found[each.service] = (each.service_name, runs + each.runs, cents + each.cents)
    return dict(found)


def _history(span: Span, **chosen: str) -> str:
    asked = {"kind": "spend", **chosen, "start": span.first, "end": span.last}
    return f"{reverse('wallet:history')}?{urlencode(asked)}"


def _length(span: Span) -> int:
    return (span.last - span.first).days + 1


def _days(span: Span) -> str:
    return "day" if _length(span) == 1 else f"{_length(span)} days"


def _money(cents: int) -> str:
    return money(cents, settings.CREDIT_CURRENCY)


def _percent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0

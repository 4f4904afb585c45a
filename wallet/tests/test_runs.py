"""Failed and duplicate runs: what counts as one, and what was paid for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from creditsite.kernel import clock
from wallet.actions import Posting, add_service, reverse_spend, spend_credits
from wallet.models import LedgerEntry, Service, Wallet
from wallet.reports.runs import RunSums, Span, duplicate_runs, faulty_runs
from wallet.reports.usage import MOST_ENTRIES, UsageLine, total, with_duplicates
from wallet.tests.conftest import ACTOR, Give
from wallet.tests.older import make_later, make_older

Spend = Callable[..., Posting]
Found = Callable[..., list[RunSums]]


@pytest.fixture
def run(wallet: Wallet, give: Give, spend: Spend) -> Callable[..., LedgerEntry]:
    """Spend credits that cost 10 cents each, with some metadata, so much after now."""
    give("1000", cost_cents=10_000)
    keys = iter(range(1000))

    def make(
        quantity: str = "2", *, job: str = "7", minutes: float = 0, **more: str
    ) -> LedgerEntry:
        metadata = {"job": job, **more} if job else more
        return make_later(spend(quantity, f"k{next(keys)}", **metadata).entry, minutes=minutes)

    return make


def days(wallet: Wallet, ago: int = 1) -> Span:
    today = clock.now().date()
    return Span.of(Wallet.objects.get(pk=wallet.pk), today - timedelta(days=ago), today)


def yesterday_at_noon() -> float:
    """Return how many minutes from now noon of yesterday is, where no day ends near it."""
    noon = clock.now().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
    return (noon - clock.now()).total_seconds() / 60


def failed_runs(span: Span) -> list[RunSums]:
    return faulty_runs(span)[0]


def duplicates(wallet: Wallet) -> tuple[int, int]:
    found = duplicate_runs(days(wallet))
    assert faulty_runs(days(wallet))[1] == found
    return sum(each.runs for each in found), sum(each.cents for each in found)


def give_back(spend: LedgerEntry, credits: str | None = None) -> None:
    reverse_spend(
        spend=spend,
        credits=Decimal(credits) if credits else None,
        reason="r",
        idempotency_key=f"back-{spend.pk}",
        actor=ACTOR,
    )


def test_of_three_runs_alike_two_are_duplicates(
    wallet: Wallet, run: Callable[..., LedgerEntry]
) -> None:
    noon = yesterday_at_noon()
    for minutes in (0, 9, 18):
        run(minutes=noon + minutes)
    assert duplicates(wallet) == (2, 40)
    assert duplicate_runs(days(wallet)) == [
        RunSums((clock.now() - timedelta(days=1)).date(), "runs", "Runs", 2, 40)
    ]


@pytest.mark.parametrize(
    "second",
    [
        {"minutes": 11},
        {"job": "8"},
        {"quantity": "3"},
        {"job": "7", "note": "other"},
        {"job": "7", "outcome": "failed"},
    ],
)
def test_a_run_that_differs_or_came_later_is_none(
    wallet: Wallet, run: Callable[..., LedgerEntry], second: dict[str, str | int]
) -> None:
    noon = yesterday_at_noon()
    run(minutes=noon)
    more = {name: value for name, value in second.items() if name != "minutes"}
    run(minutes=noon + float(second.get("minutes", 1)), **more)
    assert duplicates(wallet) == (0, 0)


@pytest.mark.parametrize("outcome", [{}, {"outcome": "failed"}, {"outcome": "succeeded"}])
def test_runs_that_do_not_tell_their_input_are_none(
    wallet: Wallet, run: Callable[..., LedgerEntry], outcome: dict[str, str]
) -> None:
    for _ in range(3):
        run(job="", minutes=yesterday_at_noon(), **outcome)
    assert duplicates(wallet) == (0, 0)


def test_what_came_back_neither_is_a_duplicate_nor_makes_one(
    wallet: Wallet, run: Callable[..., LedgerEntry]
) -> None:
    noon = yesterday_at_noon()
    first, second, third = (run(minutes=noon + minutes) for minutes in (0, 6, 12))
    give_back(second)
    assert duplicates(wallet) == (0, 0)
    give_back(third, "0.5")
    assert duplicates(wallet) == (0, 0)
    run(minutes=noon + 13)
    assert duplicates(wallet) == (1, 20)
    give_back(first)
    assert duplicates(wallet) == (1, 20)


def test_a_duplicate_counts_with_what_did_not_come_back_of_it(
    wallet: Wallet, run: Callable[..., LedgerEntry]
) -> None:
    noon = yesterday_at_noon()
    run(minutes=noon)
    give_back(run(minutes=noon + 1), "0.5")
    assert duplicates(wallet) == (1, 15)


def test_charges_in_plain_credits_repeat_each_other_and_other_services_do_not(
    wallet: Wallet, service: Service, run: Callable[..., LedgerEntry]
) -> None:
    add_service(slug="maps", name="Maps", unit="map", credits_per_unit=Decimal(1))
    for number, slug in enumerate(("runs", "maps", "maps")):
        entry = spend_credits(
            wallet_id=wallet.pk,
            service=slug,
            credits=Decimal(4),
            metadata={"job": 1},
            idempotency_key=f"plain-{number}",
            actor=ACTOR,
        ).entry
        make_later(entry, minutes=yesterday_at_noon())
    assert [(each.service, each.runs) for each in duplicate_runs(days(wallet))] == [("maps", 1)]


def test_a_run_just_after_midnight_may_repeat_one_of_the_day_before(
    wallet: Wallet, run: Callable[..., LedgerEntry]
) -> None:
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    offset = (midnight - clock.now()).total_seconds() / 60
    run(minutes=offset - 3)
    run(minutes=offset + 3)
    assert [each.day for each in duplicate_runs(days(wallet))] == [midnight.date()]
    assert duplicate_runs(days(wallet, ago=0)) == []


def test_failed_runs_are_summed_up_at_what_they_cost(
    wallet: Wallet, run: Callable[..., LedgerEntry]
) -> None:
    for job in ("a", "b"):
        run(job=job, outcome="failed")
    give_back(run("4", job="c", outcome="failed"), "1")
    give_back(run(job="d", outcome="failed"))
    run(job="e")
    make_older(1)
    found = failed_runs(days(wallet))
    assert [(each.service, each.runs, each.cents) for each in found] == [("runs", 4, 70)]
    assert failed_runs(days(wallet, ago=0)) == []


def test_money_of_failed_duplicates_is_told_once(
    wallet: Wallet, run: Callable[..., LedgerEntry]
) -> None:
    for _ in range(2):
        run(outcome="failed", minutes=yesterday_at_noon())
    assert duplicates(wallet) == (1, 0)
    assert sum(each.cents for each in failed_runs(days(wallet))) == 40


def test_days_with_too_many_entries_are_not_counted(
    wallet: Wallet, run: Callable[..., LedgerEntry]
) -> None:
    run()
    assert days(wallet).entries == 2
    today = clock.now().date()
    for until, duplicates in ((MOST_ENTRIES, 0), (MOST_ENTRIES + 1, None)):
        span = Span(wallet, today, today, 0, until)
        assert [line.duplicates for line in with_duplicates([UsageLine()], span)] == [duplicates]
    known, unknown = UsageLine(duplicates=2), UsageLine()
    assert total([known, known]).duplicates == 4
    assert total([known, unknown]).duplicates is None


def test_days_before_all_time_are_asked_for_without_harm(
    wallet: Wallet, run: Callable[..., LedgerEntry]
) -> None:
    run()
    wallet.refresh_from_db()
    assert with_duplicates([UsageLine()], Span.of(wallet, date.min, date.max))[0].duplicates == 0

"""Failing runs, duplicate runs and credits that lapse: told with what they cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from billing.models import Rollover
from billing.reports.recommendations.advice import advice_for
from billing.reports.recommendations.credits import expiring_credits
from billing.reports.recommendations.recommendation import Recommendation
from billing.reports.recommendations.runs import runs_for_nothing
from billing.tests.packages import make_package
from billing.tests.recent import lived, used
from billing.tests.subscribers import Subscriber
from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from wallet.actions import (
    BatchItem,
    add_service,
    grant_credits,
    pause_service,
    reverse_spend,
    spend_batch,
)
from wallet.models import GrantSource, LedgerEntry, Service, Wallet
from wallet.reports.lapses import PaidLot
from wallet.reports.recent import Recent, recent_of
from wallet.tests.older import make_older

ACTOR = Actor.system("test")
Run = Callable[..., list[LedgerEntry]]


@pytest.fixture
def run(wallet: Wallet) -> Run:
    """Spend one after another two credits that cost 20 cents."""
    grant_credits(
        wallet=wallet,
        credits=Decimal(10_000),
        source=GrantSource.TOP_UP,
        idempotency_key="credits",
        actor=ACTOR,
        cost_cents=100_000,
    )
    keys = iter(range(10_000))

    def spend(runs: int, *, service: str = "maps", same: str = "", **metadata: Any) -> Any:
        add_service(slug=service, name=service.title(), unit="run", credits_per_unit=Decimal(2))
        items = [
            BatchItem(
                wallet_id=wallet.pk,
                service=service,
                quantity=Decimal(1),
                idempotency_key=f"run-{number}",
                metadata={"job": same or number, **metadata},
            )
            for number in [next(keys) for _ in range(runs)]
        ]
        return [each.entry for each in spend_batch(items=items, actor=ACTOR)]  # type: ignore[union-attr]

    return spend


def later(wallet: Wallet, days: int = 28) -> list[Recommendation]:
    """Return what is told about runs when so many days have passed."""
    make_older(days)
    return runs_for_nothing(recent_of(Wallet.objects.get(pk=wallet.pk)))


def test_a_service_that_keeps_failing_is_told_with_what_was_paid(wallet: Wallet, run: Run) -> None:
    run(30)
    failed = run(10, outcome="failed")
    reverse_spend(spend=failed[0], reason="r", idempotency_key="r", actor=ACTOR)
    (told,) = later(wallet)
    # Nine at 20 cents in 28 days: 1.80, and 365 / 336 of it in a month.
    assert (told.kind, told.monthly_cents) == ("failing_service", 196)
    assert told.sentence == (
        "10 of 40 runs of Maps failed in the last 28 days, 25%. You paid $1.80 for them."
    )
    assert told.facts == {
        "history_days": 28,
        "service": "maps",
        "runs": 40,
        "failed": 10,
        "cents": 180,
    }


def test_the_link_leads_to_the_runs_that_failed(
    wallet: Wallet, run: Run, client: Client, customer: User
) -> None:
    run(5)
    run(10, outcome="failed")
    (told,) = later(wallet)
    client.force_login(customer)
    shown = client.get(told.action_url).context
    assert len(shown["entries"]) == 10 and shown["is_filtered"]
    assert {each.title for each in shown["entries"]} == {"Maps"}


@pytest.mark.parametrize(
    ("good", "failed", "is_told"),
    [(45, 5, True), (46, 5, False), (0, 4, False), (0, 5, True), (0, 0, False)],
)
def test_a_few_failures_and_a_small_share_are_not_told(
    wallet: Wallet, run: Run, good: int, failed: int, is_told: bool
) -> None:
    run(1, service="other")
    if good:
        run(good)
    if failed:
        run(failed, outcome="failed")
    assert bool(later(wallet)) == is_told


def test_runs_of_longer_ago_and_of_today_do_not_count(wallet: Wallet, run: Run) -> None:
    run(10, outcome="failed")
    make_older(29)
    assert later(wallet, 0) == []
    run(10, outcome="failed")
    assert later(wallet, 0) == []
    assert len(later(wallet, 1)) == 1


def test_less_than_four_weeks_tell_nothing(wallet: Wallet, run: Run) -> None:
    run(10, outcome="failed")
    assert later(wallet, 27) == []
    assert len(later(wallet, 1)) == 1


def test_a_paused_service_is_not_told(wallet: Wallet, run: Run) -> None:
    run(10, outcome="failed")
    run(10, same="7")
    pause_service(service=Service.objects.get(slug="maps"))
    assert later(wallet) == []


def test_free_credits_cost_nothing_and_are_not_told(run: Run, wallet: Wallet) -> None:
    grant_credits(
        wallet=wallet,
        credits=Decimal(100),
        source=GrantSource.PROMOTION,
        idempotency_key="free",
        actor=ACTOR,
        priority=-1,
    )
    run(20, outcome="failed")
    assert [each.monthly_cents for each in later(wallet)] == [0]
    assert advice_for(recent_of(Wallet.objects.get(pk=wallet.pk))).recommendations == []


def test_duplicates_are_told_once_for_all_services(wallet: Wallet, run: Run) -> None:
    run(4, same="7")
    run(2)
    run(7, service="scans", same="7")
    run(5, service="scans")
    (told,) = later(wallet)
    # 3 and 6 at 20 cents.
    assert (told.kind, told.monthly_cents) == ("duplicate_runs", 196)
    assert told.sentence == (
        "In the last 28 days 9 runs of 2 services, most of them of Scans, repeated another one "
        "within ten minutes, with the same input. You paid $1.80 for that. Send the same "
        "idempotency key when you try again."
    )
    assert told.facts["services"] == [
        {"service": "scans", "duplicates": 6, "cents": 120},
        {"service": "maps", "duplicates": 3, "cents": 60},
    ]
    assert (told.facts["duplicates"], told.facts["cents"]) == (9, 180)


def test_one_duplicate_is_said_in_the_singular(wallet: Wallet, run: Run) -> None:
    run(2, same="7")
    (told,) = later(wallet)
    assert told.sentence.startswith("In the last 28 days 1 run of Maps repeated another one")


def test_runs_that_metadata_does_not_tell_apart_are_no_duplicates(wallet: Wallet, run: Run) -> None:
    run(12, same="api")
    run(9)
    assert later(wallet, 28) == []
    run(3, service="scans", same="api")
    run(1, service="scans")
    assert [each.facts["duplicates"] for each in later(wallet, 1)] == [2]


# What lapses.


def lot(credits: str, days: int, cents: int, *, id: int = 1, granted: str = "") -> PaidLot:
    expires_at = clock.now() + timedelta(days=days)
    return PaidLot(Decimal(credits), expires_at, id, Decimal(granted or credits), cents)


def steady(wallet: Wallet, per_day: str, *lots: PaidLot) -> Recent:
    """Return four weeks with the same use on each day."""
    recent = lived(wallet, days=28, lots=lots)
    return replace(recent, use=[used(recent, ago, per_day) for ago in range(1, 29)])


def test_what_lapses_before_it_is_used_is_told_with_dates_and_cost(wallet: Wallet) -> None:
    # 4 a day: 40 of the first lot are used, 60 lapse; 20 of the second are used, 80 lapse.
    recent = steady(wallet, "4", lot("100", 10, 1000), lot("100", 15, 900, id=2))
    told = expiring_credits(recent, None, [])
    assert told
    # 6.00 and 7.20 in 84 days: 4.78 a month.
    assert told.monthly_cents == 478
    first, last = (recent.now + timedelta(days=days) for days in (10, 15))
    assert told.sentence == (
        "140.00 credits that cost $13.20 lapse from "
        f"{first.day} {first:%B %Y} to {last.day} {last:%B %Y}, before you use them at 4.00 "
        "credits a day. Bring work forward, or buy fewer the next time."
    )
    assert told.facts["credits_per_day"] == "4.0000"
    assert [(each["grant"], each["credits"], each["cents"]) for each in told.facts["lots"]] == [
        (1, "60.0000", 600),
        (2, "80.0000", 720),
    ]


def test_free_credits_and_what_lapses_later_are_not_told(wallet: Wallet) -> None:
    recent = steady(wallet, "1", lot("100", 10, 0), lot("500", 85, 5000, id=2))
    assert expiring_credits(recent, None, []) is None
    assert expiring_credits(steady(wallet, "1"), None, []) is None


def test_an_irregular_use_counts_by_its_mean_day(wallet: Wallet) -> None:
    recent = lived(wallet, "56", lots=[lot("100", 10, 1000)])
    assert recent.forecast.per_day is None
    told = expiring_credits(recent, None, [])
    # 2 a day: 20 are used.
    assert told and told.facts["credits"] == "80.0000"
    nothing = expiring_credits(lived(wallet, "0", lots=[lot("100", 10, 1000)]), None, [])
    assert nothing and nothing.facts["cents"] == 1000
    assert expiring_credits(replace(recent, days=27), None, []) is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("rollover", "cents"),
    [
        ({}, 2999),
        ({"rollover": Rollover.ALL, "rollover_months": 1}, 0),
        # 100 of the 350 go on: 250 at 29.99 for 350 lapse.
        ({"rollover": Rollover.CAPPED, "rollover_cap": Decimal(100), "rollover_months": 1}, 2142),
    ],
)
def test_what_rolls_over_does_not_lapse(
    subscriber: Subscriber, rollover: dict[str, Any], cents: int
) -> None:
    make_package("rolling", **rollover)
    subscription = subscriber.begin("rolling")
    recent = replace(recent_of(subscriber.wallet), days=28)
    told = expiring_credits(recent, subscription, subscriber.allocations)
    assert (told.facts["cents"] if told else 0) == cents
    subscription.cancels_at = subscription.period_end
    ending = expiring_credits(recent, subscription, subscriber.allocations)
    assert ending and ending.facts["cents"] == 2999


def test_all_is_told_by_money(wallet: Wallet, run: Run) -> None:
    run(30, same="7")
    run(80, outcome="failed")
    run(100, service="scans")
    make_older(28)
    found = recent_of(Wallet.objects.get(pk=wallet.pk))
    found = replace(found, lots=[lot("1000", 30, 10_000)])
    told = advice_for(found).recommendations
    assert [each.kind for each in told] == ["expiring_credits", "failing_service", "duplicate_runs"]
    assert [each.monthly_cents for each in told] == sorted(
        (each.monthly_cents for each in told), reverse=True
    )

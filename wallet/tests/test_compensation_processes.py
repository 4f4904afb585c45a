"""Many processes at once, some of them killed: an incident is given back once."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db.models import Count, Sum

from creditsite.accounts.models import User
from creditsite.tests.people import make_operator
from creditsite.tests.workers import StartWorkers, answers, kill
from wallet.actions import carry_on_compensations
from wallet.actions.compensate import CHARGES_AT_ONCE
from wallet.models import Compensation, LedgerEntry, Service, Wallet
from wallet.tests.incidents import balances, charge, compensation, make_wallets
from wallet.tests.model.passing_time import verify

pytestmark = pytest.mark.django_db(transaction=True)
MODULE = "wallet.tests.compensating"


@pytest.fixture
def wallets(service: Service) -> list[Wallet]:
    return make_wallets(3)


@pytest.fixture
def large(wallets: list[Wallet], asker: User) -> Compensation:
    """A compensation of several steps, started."""
    for number in range(3 * CHARGES_AT_ONCE):
        charge(wallets[number % 3], "1")
    return compensation(asker)


def each_charge_came_back_once(wallets: list[Wallet]) -> None:
    assert balances(wallets) == [1000] * len(wallets)
    reversals = LedgerEntry.objects.filter(kind="reversal")
    twice = reversals.order_by().values("reverses").annotate(n=Count("pk")).filter(n__gt=1)
    assert not twice
    spends = LedgerEntry.objects.filter(kind="spend")
    assert (
        reversals.aggregate(sum=Sum("credits"))["sum"] == -spends.aggregate(s=Sum("credits"))["s"]
    )
    verify()


def test_processes_that_settle_one_at_once_give_back_once(
    wallets: list[Wallet], asker: User, large: Compensation, start_workers: StartWorkers
) -> None:
    told = answers(start_workers(MODULE, *[("settle", asker.pk, large.pk)] * 3))
    assert sum(map(len, told)) == 3
    large.refresh_from_db()
    assert large.finished_at and large.charges.filter(status="given").count() == 3 * CHARGES_AT_ONCE
    each_charge_came_back_once(wallets)


def test_operators_who_compensate_the_same_at_once_give_back_once(
    wallets: list[Wallet], asker: User, operator: User, start_workers: StartWorkers
) -> None:
    for wallet in wallets:
        for _ in range(20):
            charge(wallet, "1")
    first = compensation(asker)
    others = [make_operator(f"other-{number}@example.com") for number in range(3)]
    tasks = [("settle", asker.pk, first.pk), *(("ask", other.pk, first.pk) for other in others)]
    answers(start_workers(MODULE, *tasks))
    each_charge_came_back_once(wallets)


def test_killed_again_and_again_it_goes_on_and_gives_back_once(
    wallets: list[Wallet], asker: User, large: Compensation, start_workers: StartWorkers
) -> None:
    for _ in range(2):
        (worker,) = workers = start_workers(MODULE, ("settle", asker.pk, large.pk))
        assert worker.stdout is not None
        assert worker.stdout.readline() == "step\n"
        kill(workers)
        settled = large.charges.exclude(status="waiting").count()
        assert settled and settled % CHARGES_AT_ONCE == 0
        assert LedgerEntry.objects.filter(kind="reversal").count() == settled
    carry_on_compensations()
    large.refresh_from_db()
    assert large.finished_at
    each_charge_came_back_once(wallets)


def test_of_approvers_at_once_one_starts_it(
    wallets: list[Wallet], asker: User, start_workers: StartWorkers
) -> None:
    for wallet in wallets:
        charge(wallet, "500")
    asked = compensation(asker)
    people = [make_operator(f"other-{number}@example.com") for number in range(3)]
    told = answers(start_workers(MODULE, *(("approve", each.pk, asked.pk) for each in people)))
    assert Counter(line for lines in told for line in lines) == {
        "approved": 1,
        "approval_request_decided": 2,
    }
    carry_on_compensations()
    each_charge_came_back_once(wallets)

"""Many processes at once: nothing is spent twice, nobody waits in a circle, sums are exact."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db.models import Sum

from creditsite.accounts.models import User
from creditsite.tests.workers import StartWorkers, Worker, answers, kill
from wallet.actions import expire_grants, open_wallet
from wallet.models import HoldStatus, LedgerEntry, Wallet
from wallet.tests.model.passing_time import verify
from wallet.tests.model.reading import figures, kinds, numbers
from wallet.tests.model.steps import grant, hold, spend
from wallet.tests.model.work import BATCH_ITEMS, BATCHES, VERBS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("service")]

Start = Callable[..., list[Worker]]


@pytest.fixture
def start(start_workers: StartWorkers) -> Start:
    """Start workers in a mode, each with the wallets it is given, all at the same moment."""

    def start_in(mode: str, *tasks: list[Wallet]) -> list[Worker]:
        words = [
            (mode, number, *(wallet.pk for wallet in wallets))
            for number, wallets in enumerate(tasks, 1)
        ]
        return start_workers("wallet.tests.model.worker", *words)

    return start_in


@pytest.fixture
def other(stranger: User) -> Wallet:
    return open_wallet(customer=stranger)


def test_one_key_in_many_processes_is_spent_once(wallet: Wallet, start: Start) -> None:
    grant(wallet, "10")
    told = answers(start("once", *[[wallet]] * 4))
    assert len({line for lines in told for line in lines}) == 1
    assert figures(wallet) == numbers(7, 0, 0, 7)
    verify()


def test_many_processes_spend_exactly_what_is_there(wallet: Wallet, start: Start) -> None:
    grant(wallet, "40.5")
    grant(wallet, "60")
    told = answers(start("drain", *[[wallet]] * 4))
    assert len({line for lines in told for line in lines}) == sum(map(len, told)) == 100
    assert figures(wallet) == numbers("0.5", 0, 0, "0.5")
    verify()


def test_a_hold_that_two_processes_capture_is_spent_once(wallet: Wallet, start: Start) -> None:
    grant(wallet, "120")
    for _ in range(60):
        hold(wallet, "2")
    told = answers(start("settle", [wallet], [wallet]))
    # Under keys of their own both ask for the same, so that the second is answered the first.
    assert set(told[0]) == set(told[1])
    assert Counter(kinds(wallet)) == {"grant": 1, "spend": 60}
    assert figures(wallet) == numbers(60, 0, 0, 60)
    verify()


def test_batches_over_the_same_wallets_never_wait_in_a_circle(
    wallet: Wallet, other: Wallet, start: Start
) -> None:
    for one in (wallet, other):
        grant(one, "600")
    told = answers(start("spend_batches", *[[wallet, other], [other, wallet]] * 2))
    rows = [row for lines in told for line in lines for row in line.split()]
    assert len(rows) == len(set(rows)) == 4 * BATCHES * BATCH_ITEMS - 2 * (1000 - 600)
    assert (figures(wallet).balance, figures(other).balance) == (0, 0)
    verify()


def test_a_killed_process_leaves_whole_batches(wallet: Wallet, other: Wallet, start: Start) -> None:
    for one in (wallet, other):
        grant(one, "1000000")
    workers = start("batches_until_killed", [wallet, other], [other, wallet])
    time.sleep(1)
    told = kill(workers)
    batches: Counter[str] = Counter()
    posted: dict[int, str] = {}
    for row, key in LedgerEntry.objects.filter(kind="spend").values_list("pk", "idempotency_key"):
        batches[key.rpartition("-")[0]] += 1
        posted[row] = key
    assert set(batches.values()) == {BATCH_ITEMS}
    rows = {int(row) for lines in told for line in lines for row in line.split()}
    assert len(rows) >= 2 * BATCH_ITEMS
    assert rows <= set(posted)
    # Of each process at most the batch it was killed in was posted without being told.
    assert len(batches) - sum(map(len, told)) <= len(workers)
    assert 2 * 1000000 - figures(wallet).balance - figures(other).balance == len(posted)
    verify()


def test_a_killed_process_leaves_whole_holds_and_captures(wallet: Wallet, start: Start) -> None:
    grant(wallet, "1000000")
    workers = start("holds_until_killed", *[[wallet]] * 3)
    time.sleep(1)
    told = kill(workers)
    lines = [line.split() for each in told for line in each]
    holds = {int(row) for what, row in lines if what == "hold"}
    captured = {int(row) for what, row in lines if what == "entry"}
    spends = dict(wallet.entries.filter(kind="spend").values_list("pk", "hold"))
    assert holds and captured
    assert holds <= set(wallet.holds.values_list("pk", flat=True))
    assert captured <= set(spends)
    assert wallet.holds.count() - len(holds) + len(spends) - len(captured) <= len(workers)
    assert set(spends.values()) == set(
        wallet.holds.filter(status=HoldStatus.CAPTURED).values_list("pk", flat=True)
    )
    open_holds = wallet.holds.filter(status=HoldStatus.OPEN).count()
    assert open_holds <= len(workers)
    balance = 1000000 - len(spends)
    assert figures(wallet) == numbers(balance, 2 * open_holds, 0, balance - 2 * open_holds)
    verify()


def test_everything_at_once_in_processes_keeps_every_sum(
    wallet: Wallet, other: Wallet, start: Start
) -> None:
    for one in (wallet, other):
        grant(one, "100", cost_cents=1000)
    told = answers(start("everything", *[[wallet, other]] * 4))
    done = Counter(line.strip() for lines in told for line in lines)
    assert all(done[verb] for verb in VERBS), done
    # The short lives last for two seconds at most: nothing ends while it is looked at.
    time.sleep(2.1)
    expire_grants()
    for one in (wallet, other):
        used = one.entries.filter(kind="spend").aggregate(total=Sum("credits"))["total"]
        given_back = one.entries.filter(kind="reversal").aggregate(total=Sum("credits"))["total"]
        days = one.usage_days.aggregate(total=Sum("credits"), back=Sum("reversed"))
        assert (days["total"], days["back"]) == (-used, given_back)
        left = figures(one)
        held = one.holds.filter(status=HoldStatus.OPEN).aggregate(total=Sum("credits"))["total"]
        assert left.held == (held or 0)
        # What is said to be available can be spent, to the last part of a credit.
        if left.available:
            spend(one, str(left.available))
        assert figures(one) == (left.held, left.held, left.debt, Decimal(0))
    verify()

"""Many processes at once: one ruling stands, credits come back once, the ledger verifies."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

import pytest
from django.db.models import Sum

from creditsite.accounts.models import User
from creditsite.tests.workers import StartWorkers, Worker, answers, kill
from disputes.models import Dispute, DisputedCharge, Ruling, RulingOutcome
from disputes.tests.cases import charge, dispute, give, rule
from wallet.actions import open_wallet
from wallet.models import EntryKind, LedgerEntry, Wallet
from wallet.tests.model.passing_time import verify

pytestmark = pytest.mark.django_db(transaction=True)
CASES = 8
Start = Callable[..., list[Worker]]


@pytest.fixture
def start(start_workers: StartWorkers) -> Start:
    """Start one process for each task: a mode, who it is, and the rows it works on."""

    def start_all(*tasks: tuple[str, int, list[int]]) -> list[Worker]:
        words = [(mode, who, *keys) for mode, who, keys in tasks]
        return start_workers("disputes.tests.worker", *words)

    return start_all


@pytest.fixture
def cases(wallet: Wallet) -> list[int]:
    """Return cases about a charge of 10 credits each."""
    return [dispute(charge(wallet, "10")).pk for _ in range(CASES)]


def balance() -> int:
    return int(Wallet.objects.get(customer__email="customer@example.com").balance)


def given_back_within_claims() -> None:
    """See that of no charge more came back than it took, and that rulings count what they gave."""
    for claim in DisputedCharge.objects.select_related("entry"):
        back = LedgerEntry.objects.filter(reverses=claim.entry).aggregate(sum=Sum("credits"))
        assert (back["sum"] or 0) <= -claim.entry.credits
        ruled = claim.ruled.aggregate(sum=Sum("credits"))["sum"] or 0
        assert claim.refunded == ruled <= claim.claimed
    verify()


def test_of_operators_who_rule_at_once_one_ruling_stands(
    cases: list[int], reviewer: User, colleague: User, supervisor: User, start: Start
) -> None:
    people = (reviewer, colleague, supervisor, reviewer)
    told = answers(start(*(("full", person.pk, cases) for person in people)))
    for answered in zip(*told, strict=True):
        refused = Counter(each for each in answered if not each.startswith("ruled"))
        assert refused == {"dispute_closed": 3}
    assert Ruling.objects.count() == CASES
    assert balance() == 1000
    given_back_within_claims()


def test_a_ruling_and_a_reversal_elsewhere_never_give_back_more_than_was_spent(
    cases: list[int], reviewer: User, start: Start
) -> None:
    told = answers(start(("part", reviewer.pk, cases), ("reverse", 0, cases[::-1])))
    outcomes = Counter(zip(told[0], told[1][::-1], strict=True))
    assert set(outcomes) <= {
        ("ruled", "reversal_too_large"),
        ("ruling_too_large", "reversed"),
    }
    assert balance() == 1000 - 2 * CASES
    given_back_within_claims()


def test_a_full_refund_gives_what_a_reversal_at_the_same_time_leaves(
    cases: list[int], reviewer: User, start: Start
) -> None:
    told = answers(start(("full", reviewer.pk, cases), ("reverse", 0, cases)))
    assert all(each.startswith("ruled") for each in told[0])
    assert set(told[1]) <= {"reversed", "spend_already_reversed", "reversal_too_large"}
    assert balance() == 1000
    given_back_within_claims()


def test_a_case_is_withdrawn_or_ruled_on(cases: list[int], reviewer: User, start: Start) -> None:
    told = answers(start(("full", reviewer.pk, cases), ("withdraw", 0, cases)))
    ruled = 0
    for ruling, withdrawal in zip(*told, strict=True):
        is_ruled = ruling.startswith("ruled")
        assert (ruling, withdrawal) == (
            (ruling, "dispute_closed") if is_ruled else ("dispute_withdrawn", "withdrawn")
        )
        ruled += is_ruled
    assert balance() == 1000 - 10 * (CASES - ruled)
    given_back_within_claims()


def test_at_the_end_of_the_window_a_case_is_appealed_or_closed(
    cases: list[int], reviewer: User, start: Start
) -> None:
    for key in cases:
        rule(Dispute(pk=key), reviewer, RulingOutcome.REJECTED)
    told = answers(start(("appeal", 0, cases), ("close", 0, cases[::-1]), ("close", 0, cases)))
    for key, answer in zip(cases, told[0], strict=True):
        case = Dispute.objects.get(pk=key)
        kinds = list(case.events.values_list("kind", flat=True))
        if answer == "appealed":
            assert (case.status, kinds[-1]) == ("appealed", "appealed")
        else:
            assert answer == "dispute_closed"
            assert (case.status, kinds[-1]) == ("closed", "closed")
        assert len(kinds) == 3


def test_a_charge_that_many_dispute_at_once_is_disputed_once(wallet: Wallet, start: Start) -> None:
    spend = charge(wallet, "10")
    told = answers(start(*(("open", 0, [spend.pk]) for _ in range(4))))
    refused = Counter(each for (each,) in told if not each.startswith("opened"))
    assert refused == {"already_disputed": 3}
    assert DisputedCharge.objects.get().is_live


def test_no_more_than_ten_disputes_are_opened_at_once(wallet: Wallet, start: Start) -> None:
    spends = [charge(wallet, "10").pk for _ in range(16)]
    told = answers(start(*(("open", 0, spends[number::4]) for number in range(4))))
    counted = Counter(each.split()[0] for lines in told for each in lines)
    assert counted == {"opened": 10, "too_many_disputes": 6}


def test_no_more_than_five_files_are_kept(cases: list[int], start: Start) -> None:
    told = answers(start(*(("add", number, cases[:2]) for number in range(8))))
    for place in range(2):
        counted = Counter(lines[place] for lines in told)
        assert counted == {"added": 5, "too_much_evidence": 3}


def test_operators_killed_while_they_rule_leave_whole_rulings(
    stranger: User, reviewer: User, colleague: User, start: Start
) -> None:
    wallet = open_wallet(customer=stranger)
    give(wallet, "10000")
    keys = [dispute(*(charge(wallet, "3") for _ in range(20))).pk for _ in range(10)]
    workers = start(("full", reviewer.pk, keys), ("full", colleague.pk, keys[::-1]))
    assert workers[0].stdout
    workers[0].stdout.readline()
    time.sleep(0.05)
    told = kill(workers)
    for case in Dispute.objects.all():
        back = LedgerEntry.objects.filter(
            kind=EntryKind.REVERSAL, reverses__disputed_charges__dispute=case
        ).count()
        assert back == (20 if case.rulings.exists() else 0)
        assert case.is_live == (back == 0)
    ruled = {line.split()[1] for lines in told for line in lines if line.startswith("ruled")}
    assert ruled <= {str(key) for key in Ruling.objects.values_list("pk", flat=True)}
    given_back_within_claims()

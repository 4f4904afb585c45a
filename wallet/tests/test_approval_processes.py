"""Many processes at once: a request is decided once, and what it asks for is posted once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

import pytest

from creditsite.accounts.models import User
from creditsite.roles import SUPERVISOR
from creditsite.tests.people import make_in_role, make_operator
from creditsite.tests.workers import StartWorkers, Worker, answers, kill
from wallet.models import ApprovalRequest, LedgerEntry, Wallet
from wallet.tests.approvals import adjustment, promotion, waiting
from wallet.tests.model.passing_time import verify

pytestmark = pytest.mark.django_db(transaction=True)
REQUESTS = 12
Start = Callable[..., list[Worker]]


@pytest.fixture
def start(start_workers: StartWorkers) -> Start:
    """Start one process for each task: a verb, who it is, and the requests."""

    def start_all(*tasks: tuple[str, User, list[int]]) -> list[Worker]:
        words = [(verb, person.pk, *keys) for verb, person, keys in tasks]
        return start_workers("wallet.tests.approving", *words)

    return start_all


@pytest.fixture
def requests(wallet: Wallet, asker: User) -> list[int]:
    kinds = (adjustment("2000"), promotion("3000"))
    return [
        waiting(wallet, asker, kinds[number % 2], f"ask-{number}").pk for number in range(REQUESTS)
    ]


@pytest.fixture
def colleague(db: None) -> User:
    return make_in_role("colleague@example.com", SUPERVISOR)


def posted_once_where_approved() -> None:
    """See that each approved request has the one entry of its key, and no other has any."""
    approved = ApprovalRequest.objects.filter(status="approved").select_related("entry")
    entries = LedgerEntry.objects.order_by("pk")
    assert {request.entry for request in approved} == set(entries)
    for request in approved:
        assert request.entry is not None
        assert (request.entry.idempotency_key, request.entry.credits) == (
            f"approval {request.pk}",
            request.credits,
        )
    verify()


def test_of_approvers_at_once_one_posts(
    requests: list[int], approver: User, colleague: User, start: Start
) -> None:
    people = (approver, colleague, make_operator("boss@example.com"), approver)
    told = answers(start(*(("approve", person, requests) for person in people)))
    for each in zip(*told, strict=True):
        assert Counter(each) == {"approved": 1, "approval_request_decided": 3}
    assert LedgerEntry.objects.count() == REQUESTS
    posted_once_where_approved()


def test_an_approval_against_a_withdrawal_ends_in_one_of_them(
    requests: list[int], asker: User, approver: User, start: Start
) -> None:
    told = answers(start(("approve", approver, requests), ("withdraw", asker, requests)))
    for approved, withdrawn in zip(*told, strict=True):
        assert {approved, withdrawn} in (
            {"approved", "approval_request_decided"},
            {"withdrawn", "approval_request_decided"},
        )
    assert not ApprovalRequest.objects.filter(is_waiting=True).exists()
    posted_once_where_approved()


def test_an_approval_against_a_decline_ends_in_one_of_them(
    requests: list[int], colleague: User, approver: User, start: Start
) -> None:
    told = answers(start(("approve", approver, requests), ("decline", colleague, requests[::-1])))
    assert Counter(told[0] + told[1])["approval_request_decided"] == REQUESTS
    posted_once_where_approved()


def test_cutting_it_up_in_many_windows_at_once_gets_no_more_through(
    requests: list[int], asker: User, start: Start
) -> None:
    told = answers(start(*[("ask", asker, requests)] * 4))
    assert Counter(answer for lines in told for answer in lines)["posted"] == 1
    assert LedgerEntry.objects.get().credits == 600


def test_a_killed_approver_leaves_requests_decided_and_posted_or_neither(
    wallet: Wallet, asker: User, approver: User, colleague: User, start: Start
) -> None:
    many = [waiting(wallet, asker, adjustment("2000"), f"many-{n}").pk for n in range(200)]
    workers = start(("approve", approver, many), ("approve", colleague, many[::-1]))
    time.sleep(0.5)
    told = kill(workers)
    approved = ApprovalRequest.objects.filter(status="approved").count()
    assert 0 < sum(line == "approved\n" for lines in told for line in lines) <= approved
    posted_once_where_approved()
    answers(start(("approve", colleague, many)))
    assert ApprovalRequest.objects.filter(status="approved").count() == len(many)
    posted_once_where_approved()

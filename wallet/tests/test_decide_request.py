"""A request is approved, declined or withdrawn: once, with a reason, by whom it may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.management import call_command

from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.kernel.errors import DomainError
from creditsite.roles import SUPERVISOR
from creditsite.tests.people import make_in_role, make_operator
from wallet.actions import (
    approve_request,
    close_wallet,
    decline_request,
    open_wallet,
    withdraw_request,
)
from wallet.errors import (
    ExpiryInThePast,
    InsufficientCredits,
    ReasonRequired,
    WalletClosed,
)
from wallet.errors.operators import (
    ApprovalByAnother,
    ApprovalRequestDecided,
    ApprovalRequestNotYours,
)
from wallet.models import ApprovalRequest, LedgerEntry, RequestStatus, Wallet
from wallet.tests.approvals import adjustment, promotion, waiting
from wallet.tests.conftest import ACTOR, Give
from wallet.tests.model.steps import spend as spend_credits_of

Decide = Callable[[ApprovalRequest], ApprovalRequest]


@pytest.fixture
def request_of_5000(wallet: Wallet, asker: User) -> ApprovalRequest:
    return waiting(wallet, asker, adjustment("5000"))


def still_waits(request: ApprovalRequest) -> bool:
    request.refresh_from_db()
    return request.status == RequestStatus.WAITING and request.decided_by is None


def test_an_approval_posts_an_entry_that_names_both(
    request_of_5000: ApprovalRequest, wallet: Wallet, asker: User, approver: User
) -> None:
    approved = approve_request(request=request_of_5000, reason="I saw the logs", approver=approver)
    entry = LedgerEntry.objects.get()
    assert (entry.kind, entry.credits, entry.reason) == ("adjustment", 5000, "An outage")
    assert entry.actor == str(asker.actor)
    assert entry.reference == f"approval request {approved.pk}, approved by {approver.actor}"
    assert entry.idempotency_key == f"approval {approved.pk}"
    approved.refresh_from_db()
    assert (approved.status, approved.decided_by, approved.entry) == ("approved", approver, entry)
    assert (approved.decision_reason, approved.is_waiting) == ("I saw the logs", False)
    wallet.refresh_from_db()
    assert wallet.balance == 5000
    call_command("verify_ledger", verbosity=0)


def test_an_approved_grant_keeps_its_source_and_expiry(
    wallet: Wallet, asker: User, approver: User
) -> None:
    expiry = clock.now() + timedelta(days=30)
    request = waiting(wallet, asker, promotion("2000", expiry))
    approve_request(request=request, reason="Agreed", approver=approver)
    lot = wallet.grants.get()
    assert (lot.source, lot.credits, lot.expires_at) == ("promotion", 2000, expiry)


def test_declined_and_withdrawn_requests_post_nothing(
    request_of_5000: ApprovalRequest, wallet: Wallet, asker: User, approver: User
) -> None:
    declined = decline_request(request=request_of_5000, reason="Too much", approver=approver)
    assert (declined.status, declined.decided_by) == ("declined", approver)
    other = waiting(wallet, asker, adjustment("4000"), "other")
    withdrawn = withdraw_request(request=other, reason="A typo", operator=asker)
    assert (withdrawn.status, withdrawn.decided_by) == ("withdrawn", asker)
    assert not LedgerEntry.objects.exists()


@pytest.mark.parametrize("decide", [approve_request, decline_request])
def test_who_asked_never_decides_also_as_a_superuser(
    wallet: Wallet, decide: Callable[..., ApprovalRequest]
) -> None:
    boss = make_operator("boss@example.com")
    request = waiting(wallet, boss, adjustment("5000"))
    with pytest.raises(ApprovalByAnother):
        decide(request=request, reason="Mine", approver=boss)
    assert still_waits(request)


@pytest.mark.parametrize("decide", [approve_request, decline_request])
def test_nobody_decides_on_credits_of_their_own(
    asker: User, approver: User, decide: Callable[..., ApprovalRequest]
) -> None:
    request = waiting(open_wallet(customer=approver), asker, adjustment("5000"))
    with pytest.raises(ApprovalByAnother):
        decide(request=request, reason="Nice", approver=approver)
    assert still_waits(request)


@pytest.mark.parametrize("decide", [approve_request, decline_request])
def test_without_the_right_nobody_decides(
    request_of_5000: ApprovalRequest,
    customer: User,
    asker: User,
    decide: Callable[..., ApprovalRequest],
) -> None:
    for person in (customer, asker):
        with pytest.raises(PermissionDenied):
            decide(request=request_of_5000, reason="r", approver=person)
    assert still_waits(request_of_5000)


def test_only_who_asked_withdraws(request_of_5000: ApprovalRequest, approver: User) -> None:
    with pytest.raises(ApprovalRequestNotYours):
        withdraw_request(request=request_of_5000, reason="r", operator=approver)
    assert still_waits(request_of_5000)


def test_every_decision_needs_a_reason(
    request_of_5000: ApprovalRequest, asker: User, approver: User
) -> None:
    for decide in (approve_request, decline_request):
        with pytest.raises(ReasonRequired):
            decide(request=request_of_5000, reason=" ", approver=approver)
    with pytest.raises(ReasonRequired):
        withdraw_request(request=request_of_5000, reason="", operator=asker)
    assert still_waits(request_of_5000)


def decisions(asker: User, approver: User) -> dict[str, Decide]:
    return {
        "approve": lambda request: approve_request(request=request, reason="r", approver=approver),
        "decline": lambda request: decline_request(request=request, reason="r", approver=approver),
        "withdraw": lambda request: withdraw_request(request=request, reason="r", operator=asker),
    }


@pytest.mark.parametrize("first", ["approve", "decline", "withdraw"])
@pytest.mark.parametrize("second", ["approve", "decline", "withdraw"])
def test_what_is_decided_stays_decided(
    request_of_5000: ApprovalRequest, asker: User, approver: User, first: str, second: str
) -> None:
    other = make_in_role("other@example.com", SUPERVISOR)
    decided = decisions(asker, approver)[first](request_of_5000)
    posted = LedgerEntry.objects.count()
    with pytest.raises(ApprovalRequestDecided) as refusal:
        decisions(asker, other)[second](ApprovalRequest.objects.get(pk=decided.pk))
    assert str(decided.decided_by) in refusal.value.detail
    assert LedgerEntry.objects.count() == posted == (first == "approve")


def test_a_wallet_closed_meanwhile_leaves_it_waiting(
    request_of_5000: ApprovalRequest, wallet: Wallet, approver: User
) -> None:
    close_wallet(wallet=wallet, reason="Moved away", actor=ACTOR)
    with pytest.raises(WalletClosed, match="closed"):
        approve_request(request=request_of_5000, reason="r", approver=approver)
    assert still_waits(request_of_5000)
    decline_request(request=request_of_5000, reason="The wallet is closed", approver=approver)


def test_credits_spent_meanwhile_leave_it_waiting_until_they_are_there(
    wallet: Wallet, asker: User, approver: User, give: Give, service: object
) -> None:
    give("2000")
    request = waiting(wallet, asker, adjustment("-1500"))
    spend_credits_of(wallet, "600")
    with pytest.raises(InsufficientCredits, match="1400"):
        approve_request(request=request, reason="r", approver=approver)
    assert still_waits(request)
    give("100")
    approve_request(request=request, reason="r", approver=approver)
    wallet.refresh_from_db()
    assert wallet.balance == 0


def test_an_expiry_that_passed_meanwhile_leaves_it_waiting(
    wallet: Wallet, asker: User, approver: User
) -> None:
    request = waiting(wallet, asker, promotion("5000", clock.now() + timedelta(hours=1)))
    with time_machine.travel(clock.now() + timedelta(hours=2)), pytest.raises(ExpiryInThePast):
        approve_request(request=request, reason="r", approver=approver)
    assert still_waits(request)


def test_refusals_say_what_to_do(request_of_5000: ApprovalRequest, asker: User) -> None:
    boss = make_operator("boss@example.com")
    withdraw_request(request=request_of_5000, reason="r", operator=asker)
    with pytest.raises(DomainError) as refusal:
        approve_request(request=request_of_5000, reason="r", approver=boss)
    assert refusal.value.detail == "It was withdrawn already, by asker@example.com."
    assert refusal.value.extras == {"request_status": "withdrawn"}
    assert Decimal(request_of_5000.credits) == 5000

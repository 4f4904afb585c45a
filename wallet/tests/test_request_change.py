"""What an operator moves alone, and what waits for another."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from pytest_django import Settings

from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.kernel.errors import IdempotencyKeyReused
from wallet.actions import (
    Posting,
    approve_request,
    close_wallet,
    grant_credits,
    open_wallet,
    request_change,
    reverse_spend,
    roll_over,
)
from wallet.errors import (
    CreditsOutOfRange,
    ExpiryInThePast,
    InsufficientCredits,
    ReasonRequired,
    WalletClosed,
)
from wallet.models import ApprovalRequest, GrantSource, LedgerEntry, RequestStatus, Wallet
from wallet.tests.approvals import adjustment, ask, promotion, waiting
from wallet.tests.conftest import ACTOR, Give


def entries(wallet: Wallet) -> list[Decimal]:
    return list(wallet.entries.order_by("sequence").values_list("credits", flat=True))


def test_up_to_the_threshold_it_is_posted_at_once(wallet: Wallet, asker: User) -> None:
    posting = ask(wallet, asker, adjustment("1000"))
    assert isinstance(posting, Posting)
    assert (posting.entry.credits, posting.entry.actor) == (1000, str(asker.actor))
    assert not ApprovalRequest.objects.exists()


@pytest.mark.parametrize("change", [adjustment("1000.0001"), promotion("1000.0001")])
def test_above_it_nothing_is_posted_and_a_request_waits(
    wallet: Wallet, asker: User, change: object
) -> None:
    request = waiting(wallet, asker, change)  # type: ignore[arg-type]
    request.refresh_from_db()
    assert (request.status, request.credits) == (RequestStatus.WAITING, Decimal("1000.0001"))
    assert (request.asked_by, request.reason, request.is_waiting) == (asker, "An outage", True)
    assert entries(wallet) == []
    wallet.refresh_from_db()
    assert (wallet.balance, wallet.sequence) == (0, 0)


def test_with_a_threshold_of_zero_everything_waits(
    wallet: Wallet, asker: User, settings: Settings
) -> None:
    settings.ADJUSTMENT_APPROVAL_CREDITS = Decimal(0)
    waiting(wallet, asker, adjustment("0.0001"))


def test_small_ones_count_along_whatever_their_sign_and_kind(wallet: Wallet, asker: User) -> None:
    assert isinstance(ask(wallet, asker, adjustment("400"), "1"), Posting)
    assert isinstance(ask(wallet, asker, promotion("300"), "2"), Posting)
    assert isinstance(ask(wallet, asker, adjustment("-200"), "3"), Posting)
    waiting(wallet, asker, adjustment("100.0001"), "4")
    waiting(wallet, asker, adjustment("-100.0001"), "5")
    assert isinstance(ask(wallet, asker, adjustment("100"), "6"), Posting)
    waiting(wallet, asker, promotion("0.0001"), "7")


def test_what_others_moved_or_elsewhere_does_not_count(
    wallet: Wallet, stranger: User, asker: User, operator: User
) -> None:
    assert isinstance(ask(wallet, operator, adjustment("1000"), "1"), Posting)
    other = open_wallet(customer=stranger)
    assert isinstance(ask(other, asker, adjustment("1000"), "2"), Posting)
    assert isinstance(ask(wallet, asker, adjustment("1000"), "3"), Posting)


def test_after_24_hours_it_counts_no_more(wallet: Wallet, asker: User) -> None:
    ask(wallet, asker, adjustment("1000"), "1")
    now = clock.now()
    with time_machine.travel(now + timedelta(hours=23, minutes=59)):
        waiting(wallet, asker, adjustment("1"), "2")
    with time_machine.travel(now + timedelta(hours=24, seconds=1)):
        assert isinstance(ask(wallet, asker, adjustment("1000"), "3"), Posting)


def test_what_another_approved_and_what_is_no_change_by_hand_does_not_count(
    wallet: Wallet, asker: User, approver: User, give: Give, spend: object
) -> None:
    approve_request(
        request=waiting(wallet, asker, adjustment("5000"), "1"), reason="Seen", approver=approver
    )
    spent = spend("800", "s").entry  # type: ignore[operator]
    reverse_spend(spend=spent, credits=None, reason="r", idempotency_key="r", actor=asker.actor)
    lot = give("900", expires_at=clock.now() + timedelta(days=1)).entry.draws[0][0]
    roll_over(
        grant=wallet.grants.get(pk=lot),
        most=None,
        expires_at=clock.now() + timedelta(days=9),
        reason="r",
        idempotency_key="o",
        actor=asker.actor,
    )
    grant_credits(
        wallet=wallet,
        credits=Decimal(900),
        source=GrantSource.TOP_UP,
        idempotency_key="g",
        actor=asker.actor,
    )
    assert isinstance(ask(wallet, asker, adjustment("1000"), "2"), Posting)


def test_the_same_key_is_answered_the_same(wallet: Wallet, asker: User) -> None:
    first = ask(wallet, asker, adjustment("600"), "1")
    again = ask(wallet, asker, adjustment("600"), "1")
    assert isinstance(first, Posting) and isinstance(again, Posting)
    assert (again.entry, again.replayed) == (first.entry, True)
    request = waiting(wallet, asker, adjustment("5000"), "2")
    assert ask(wallet, asker, adjustment("5000"), "2") == request
    for change, key in ((adjustment("5001"), "2"), (adjustment("601"), "1")):
        with pytest.raises(IdempotencyKeyReused):
            ask(wallet, asker, change, key)
    assert (ApprovalRequest.objects.count(), LedgerEntry.objects.count()) == (1, 1)


def test_what_could_not_be_posted_is_refused_at_once(
    wallet: Wallet, stranger: User, asker: User
) -> None:
    with pytest.raises(InsufficientCredits):
        ask(wallet, asker, adjustment("-5000"))
    for change in (adjustment("NaN"), adjustment("0"), adjustment("1e14"), promotion("-2000")):
        with pytest.raises(CreditsOutOfRange):
            ask(wallet, asker, change)
    with pytest.raises(ExpiryInThePast):
        ask(wallet, asker, promotion("5000", clock.now() - timedelta(seconds=1)))
    for change in (adjustment("1"), adjustment("5000"), promotion("1")):
        with pytest.raises(ReasonRequired):
            request_change(
                wallet=wallet, change=change, reason=" ", idempotency_key="k", operator=asker
            )
    closed = close_wallet(wallet=open_wallet(customer=stranger), reason="r", actor=ACTOR)
    with pytest.raises(WalletClosed):
        ask(closed, asker, adjustment("5000"))
    assert not ApprovalRequest.objects.exists() and not LedgerEntry.objects.exists()


def test_a_grant_brings_a_lot_of_its_source_and_expiry(wallet: Wallet, asker: User) -> None:
    expiry = clock.now() + timedelta(days=30)
    posting = ask(wallet, asker, promotion("5", expiry))
    assert isinstance(posting, Posting)
    lot = wallet.grants.get()
    assert (lot.source, lot.expires_at, lot.priority, lot.cost_cents) == ("promotion", expiry, 0, 0)
    assert (posting.entry.kind, posting.entry.reason) == ("grant", "An outage")

"""Ruling: what comes back, once, and never more than was spent."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from creditsite.accounts.models import User
from creditsite.kernel import clock
from disputes import errors
from disputes.actions import appeal_ruling, record_refund
from disputes.models import Dispute, DisputedCharge, RulingOutcome
from disputes.tests.cases import (
    ACTOR,
    EXPLANATION,
    charge,
    dispute,
    dispute_payment,
    paid_invoice,
    rule,
)
from wallet.actions import claw_back, close_wallet, grant_credits, reverse_spend
from wallet.errors import CreditsOutOfRange, WalletClosed
from wallet.models import Grant, GrantSource, LedgerEntry, Wallet
from wallet.tests.model.passing_time import PassingTime, verify

FULL, PARTIAL = RulingOutcome.FULL_REFUND, RulingOutcome.PARTIAL_REFUND
EXPLAINED, REJECTED = RulingOutcome.EXPLANATION, RulingOutcome.REJECTED


def balance(wallet: Wallet) -> Decimal:
    return Wallet.objects.get(pk=wallet.pk).balance


def reverse(spend: LedgerEntry, credits: str) -> None:
    reverse_spend(
        spend=spend,
        credits=Decimal(credits),
        reason="Platform's own",
        idempotency_key=f"reversal-{spend.pk}-{credits}",
        actor=ACTOR,
    )


def test_a_full_refund_gives_back_what_was_claimed_and_closes(
    wallet: Wallet, reviewer: User
) -> None:
    first, second = charge(wallet, "10"), charge(wallet, "2.5")
    case = dispute(first, second)
    ruling = rule(case, reviewer, FULL)
    assert balance(wallet) == 1000
    case.refresh_from_db()
    assert (case.status, case.is_live) == ("closed", False)
    entries = [ruled.entry for ruled in ruling.charges.all()]
    assert [(entry.reverses, entry.credits) for entry in entries] == [(first, 10), (second, 2.5)]
    assert {entry.actor for entry in entries} == {str(reviewer.actor)}
    assert entries[0].reason == f"Dispute {case.pk}: full refund"
    assert entries[0].idempotency_key == f"dispute {case.pk} ruling 1 entry {first.pk}"
    verify()


def test_a_partial_refund_gives_back_what_is_named(wallet: Wallet, reviewer: User) -> None:
    first, second = charge(wallet, "10"), charge(wallet, "5")
    case = dispute(first, second)
    rule(case, reviewer, PARTIAL, credits={first: "3.5", second: "0"})
    assert balance(wallet) == Decimal("988.5")
    case.refresh_from_db()
    assert case.status == "ruled"
    assert case.appeal_by
    back = DisputedCharge.objects.filter(dispute=case).values_list("refunded", flat=True)
    assert list(back) == [Decimal("3.5"), 0]
    verify()


@pytest.mark.parametrize("outcome", [EXPLAINED, REJECTED])
def test_other_rulings_give_nothing_back(
    case: Dispute, wallet: Wallet, reviewer: User, outcome: RulingOutcome
) -> None:
    ruling = rule(case, reviewer, outcome)
    assert not ruling.charges.exists()
    assert balance(wallet) == 990


def test_a_ruling_stands_once(case: Dispute, wallet: Wallet, reviewer: User) -> None:
    rule(case, reviewer, REJECTED)
    with pytest.raises(errors.DisputeAlreadyRuled):
        rule(case, reviewer, FULL)
    assert balance(wallet) == 990


def test_only_what_is_left_comes_back(case: Dispute, wallet: Wallet, reviewer: User) -> None:
    reverse(case.charges.get().entry, "7")
    rule(case, reviewer, FULL)
    assert balance(wallet) == 1000
    verify()


def test_a_part_that_is_no_longer_left_is_refused(
    case: Dispute, spend: LedgerEntry, wallet: Wallet, reviewer: User
) -> None:
    reverse(spend, "7")
    with pytest.raises(errors.RulingTooLarge) as refused:
        rule(case, reviewer, PARTIAL, credits={spend: "4"})
    assert refused.value.extras == {"entry": spend.pk, "left": Decimal(3)}
    assert balance(wallet) == 997
    assert not case.rulings.exists()


def test_nothing_left_is_no_refund(case: Dispute, spend: LedgerEntry, reviewer: User) -> None:
    reverse(spend, "10")
    with pytest.raises(errors.NothingToRefund):
        rule(case, reviewer, FULL)
    assert rule(case, reviewer, EXPLAINED).outcome == "explanation"


def test_a_part_of_a_claim_is_never_more_than_the_claim(
    wallet: Wallet, spend: LedgerEntry, reviewer: User
) -> None:
    case = dispute(spend, claimed="4")
    with pytest.raises(errors.RulingTooLarge):
        rule(case, reviewer, PARTIAL, credits={spend: "5"})
    rule(case, reviewer, FULL)
    assert balance(wallet) == 994


@pytest.mark.parametrize(
    ("outcome", "named"),
    [
        (PARTIAL, {}),
        (PARTIAL, {"charge": "0"}),
        (PARTIAL, {"charge": "10"}),
        (PARTIAL, {"other": "1"}),
        (FULL, {"charge": "10"}),
        (EXPLAINED, {"charge": "1"}),
        (REJECTED, {"charge": "1"}),
    ],
)
def test_credits_that_do_not_fit_the_outcome_are_refused(
    case: Dispute,
    spend: LedgerEntry,
    wallet: Wallet,
    reviewer: User,
    outcome: RulingOutcome,
    named: dict[str, str],
) -> None:
    entries = {"charge": spend, "other": charge(wallet)}
    with pytest.raises(errors.RulingOutOfRange):
        rule(case, reviewer, outcome, credits={entries[name]: part for name, part in named.items()})
    with pytest.raises(errors.RulingOutOfRange):
        rule(case, reviewer, outcome, cents=5)


@pytest.mark.parametrize("credits", ["-1", "0.00001", "NaN", "1e14"])
def test_credits_that_no_wallet_knows_are_refused(
    case: Dispute, spend: LedgerEntry, reviewer: User, credits: str
) -> None:
    with pytest.raises(CreditsOutOfRange):
        rule(case, reviewer, PARTIAL, credits={spend: credits})
    other = charge(spend.wallet)
    with pytest.raises(CreditsOutOfRange):
        dispute(other, claimed=credits)


def test_what_came_from_an_expired_lot_comes_back_in_a_new_one(
    wallet: Wallet, reviewer: User
) -> None:
    grant_credits(
        wallet=wallet,
        credits=Decimal(10),
        source=GrantSource.PROMOTION,
        idempotency_key="short",
        actor=ACTOR,
        priority=-1,
        expires_at=clock.now() + timedelta(days=1),
    )
    case, time = dispute(charge(wallet, "10")), PassingTime()
    time.passes(hours=25)
    rule(case, reviewer, FULL)
    assert balance(wallet) == 1010
    made = Grant.objects.get(source=GrantSource.REVERSAL)
    assert made.credits == 10
    assert abs(made.expires_at - clock.now() - timedelta(days=30)) < timedelta(minutes=1)
    time.verify()


def test_an_appeal_adds_to_the_first_ruling(
    case: Dispute, spend: LedgerEntry, wallet: Wallet, reviewer: User, supervisor: User
) -> None:
    rule(case, reviewer, PARTIAL, credits={spend: "4"})
    appeal_ruling(dispute=case, reason=EXPLANATION, actor=ACTOR)
    with pytest.raises(errors.RulingTooLarge):
        rule(case, supervisor, PARTIAL, credits={spend: "7"})
    rule(case, supervisor, PARTIAL, credits={spend: "5"})
    assert balance(wallet) == 999
    case.refresh_from_db()
    assert (case.status, case.appeal_by) == ("closed", None)
    assert case.charges.get().refunded == 9
    verify()


def test_an_appeal_that_is_rejected_keeps_what_was_given(
    case: Dispute, spend: LedgerEntry, wallet: Wallet, reviewer: User, supervisor: User
) -> None:
    rule(case, reviewer, PARTIAL, credits={spend: "4"})
    appeal_ruling(dispute=case, reason=EXPLANATION, actor=ACTOR)
    rule(case, supervisor, REJECTED)
    assert balance(wallet) == 994
    assert case.charges.get().refunded == 4


def test_a_closed_wallet_takes_no_credits_and_the_ruling_is_not_made(
    case: Dispute, wallet: Wallet, reviewer: User
) -> None:
    close_wallet(wallet=wallet, reason="Left", actor=ACTOR)
    with pytest.raises(WalletClosed):
        rule(case, reviewer, FULL)
    assert not case.rulings.exists()
    assert rule(case, reviewer, EXPLAINED).outcome == EXPLAINED


def test_money_that_a_ruling_grants_is_paid_back_by_hand(
    wallet: Wallet, reviewer: User, supervisor: User, operator: User
) -> None:
    case = dispute_payment(paid_invoice(wallet, 1999))
    for cents in (None, 0, 1999, 2000):
        with pytest.raises(errors.RulingOutOfRange):
            rule(case, reviewer, PARTIAL, cents=cents)
    rule(case, reviewer, PARTIAL, cents=500)
    before = LedgerEntry.objects.count()
    assert record_refund(dispute=case, reference="re_1", operator=operator).due_cents == 0
    with pytest.raises(errors.RefundNotDue):
        record_refund(dispute=case, reference="re_1", operator=operator)
    appeal_ruling(dispute=case, reason=EXPLANATION, actor=ACTOR)
    rule(case, supervisor, FULL)
    case.purchase.refresh_from_db()
    assert (case.purchase.granted_cents, case.purchase.due_cents) == (1999, 1499)
    record_refund(dispute=case, reference="re_2", operator=operator)
    case.purchase.refresh_from_db()
    assert case.purchase.due_cents == 0
    notes = case.events.filter(kind="refund_made").values_list("note", flat=True)
    assert list(notes) == ["re_1", "re_2"]
    assert LedgerEntry.objects.count() == before


def test_a_rejected_payment_owes_nothing(wallet: Wallet, reviewer: User, operator: User) -> None:
    case = dispute_payment(paid_invoice(wallet))
    rule(case, reviewer, REJECTED)
    with pytest.raises(errors.RefundNotDue):
        record_refund(dispute=case, reference="re_1", operator=operator)


def test_credits_given_back_repay_debt_first(wallet: Wallet, reviewer: User) -> None:
    case = dispute(charge(wallet, "10"))
    claw_back(
        wallet=wallet,
        credits=Decimal(995),
        reference="payment",
        reason="Its money went back",
        idempotency_key="claw",
        actor=ACTOR,
    )
    assert Wallet.objects.get(pk=wallet.pk).debt == 5
    rule(case, reviewer, FULL)
    wallet.refresh_from_db()
    assert (wallet.balance, wallet.debt) == (5, 0)
    verify()

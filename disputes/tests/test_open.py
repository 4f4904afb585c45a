"""Opening a dispute: what may be contested, until when, and what refuses it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from pytest_django import Settings

from billing.models import InvoiceStatus
from creditsite.accounts.models import User
from creditsite.kernel.errors import DomainError, IdempotencyKeyReused, TextOutOfRange
from disputes import errors
from disputes.actions import open_dispute, withdraw_dispute
from disputes.models import Dispute, DisputeReason, RulingOutcome
from disputes.tests.cases import (
    ACTOR,
    EXPLANATION,
    charge,
    dispute,
    dispute_payment,
    give,
    paid_invoice,
    rule,
)
from wallet.actions import open_wallet, reverse_spend
from wallet.errors import SpendAlreadyReversed, SpendNotFound
from wallet.models import LedgerEntry, Wallet, WalletEvent


def reverse(spend: LedgerEntry, credits: str | None = None) -> None:
    reverse_spend(
        spend=spend,
        credits=None if credits is None else Decimal(credits),
        reason="Given back before",
        idempotency_key=f"reversal-{spend.pk}-{credits}",
        actor=ACTOR,
    )


def refused(error: type[DomainError], *spends: LedgerEntry, **more: Any) -> DomainError:
    """See the dispute refused, and nothing left of it."""
    disputes, events = Dispute.objects.count(), WalletEvent.objects.count()
    with pytest.raises(error) as raised:
        dispute(*spends, **more)
    assert (Dispute.objects.count(), WalletEvent.objects.count()) == (disputes, events)
    return raised.value


def test_a_dispute_claims_all_that_is_left_of_its_charges(wallet: Wallet) -> None:
    first, second = charge(wallet, "10"), charge(wallet, "2.5")
    reverse(first, "4")
    opened = dispute(first, second)
    assert opened.status == "open"
    assert opened.respond_by - opened.opened_at == timedelta(hours=48)
    claims = list(opened.charges.values_list("entry", "claimed", "refunded"))
    assert claims == [(first.pk, Decimal(6), 0), (second.pk, Decimal("2.5"), 0)]
    (event,) = opened.events.all()
    assert (event.kind, event.actor) == ("opened", str(wallet.customer.actor))


def test_a_part_can_be_claimed(spend: LedgerEntry) -> None:
    assert dispute(spend, claimed="2.5").charges.get().claimed == Decimal("2.5")


def test_more_than_is_left_cannot_be_claimed(spend: LedgerEntry) -> None:
    reverse(spend, "4")
    refusal = refused(errors.ClaimTooLarge, spend, claimed="6.0001")
    assert refusal.extras == {"entry": spend.pk, "left": Decimal(6)}


def test_a_charge_can_be_disputed_until_the_window_ends(spend: LedgerEntry) -> None:
    end = spend.created_at + timedelta(days=30)
    with time_machine.travel(end, tick=False):
        refusal = refused(errors.DisputeWindowClosed, spend)
    assert refusal.extras["closed_at"] == end.isoformat()
    with time_machine.travel(end - timedelta(microseconds=1), tick=False):
        assert dispute(spend).status == "open"


def test_the_window_is_a_setting(spend: LedgerEntry, settings: Settings) -> None:
    settings.DISPUTE_WINDOW = timedelta(days=2)
    with time_machine.travel(spend.created_at + timedelta(days=2), tick=False):
        refused(errors.DisputeWindowClosed, spend)


def test_what_came_back_in_full_cannot_be_disputed(spend: LedgerEntry) -> None:
    reverse(spend)
    refused(SpendAlreadyReversed, spend)


def test_a_charge_stands_in_one_live_dispute(case: Dispute, spend: LedgerEntry) -> None:
    refusal = refused(errors.AlreadyDisputed, spend)
    assert refusal.extras == {"dispute": case.pk, "entry": spend.pk}
    assert refusal.next_step
    assert refusal.next_step.url == f"/disputes/{case.pk}/"


def test_what_was_ruled_on_is_not_disputed_again(
    case: Dispute, spend: LedgerEntry, reviewer: User, customer: User
) -> None:
    rule(case, reviewer)
    refused(errors.AlreadyDisputed, spend)
    withdraw_dispute(dispute=case, actor=customer.actor)
    refused(errors.AlreadyRuledOn, spend)


def test_a_charge_of_somebody_else_is_not_found(spend: LedgerEntry, stranger: User) -> None:
    own = open_wallet(customer=stranger)
    with pytest.raises(SpendNotFound):
        open_dispute(
            wallet=own,
            reason=DisputeReason.OTHER,
            explanation=EXPLANATION,
            charges={spend.pk: None},
            actor=stranger.actor,
        )
    assert not Dispute.objects.exists()


def test_an_entry_that_is_no_charge_cannot_be_disputed(wallet: Wallet) -> None:
    refused(errors.NotASpend, give(wallet))


def test_one_charge_that_is_refused_refuses_all(wallet: Wallet, spend: LedgerEntry) -> None:
    reversed_one = charge(wallet)
    reverse(reversed_one)
    refused(SpendAlreadyReversed, spend, reversed_one)


def test_ten_disputes_can_be_under_way(wallet: Wallet, customer: User) -> None:
    opened = [dispute(charge(wallet)) for _ in range(10)]
    refusal = refused(errors.TooManyDisputes, charge(wallet))
    assert refusal.extras == {"limit": 10}
    withdraw_dispute(dispute=opened[0], actor=customer.actor)
    dispute(charge(wallet))


def test_nobody_can_open_one_where_disputes_are_off(
    case: Dispute, wallet: Wallet, settings: Settings, reviewer: User
) -> None:
    settings.CREDIT_DISPUTE_ENABLED = False
    refused(errors.DisputesDisabled, charge(wallet))
    assert rule(case, reviewer, RulingOutcome.FULL_REFUND).outcome == "full_refund"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("x" * 19, TextOutOfRange),
        (f"  {'x' * 19}  ", TextOutOfRange),
        ("x" * 20, None),
        ("x" * 4000, None),
        ("x" * 4001, TextOutOfRange),
    ],
)
def test_the_explanation_has_20_to_4000_characters(
    spend: LedgerEntry, text: str, error: type[DomainError] | None
) -> None:
    def attempt() -> Dispute:
        return open_dispute(
            wallet=spend.wallet,
            reason=DisputeReason.OTHER,
            explanation=text,
            charges={spend.pk: None},
            actor=ACTOR,
        ).dispute

    if error:
        with pytest.raises(error):
            attempt()
    else:
        assert attempt().explanation == text


def test_a_dispute_is_about_1_to_50_charges_or_one_payment(wallet: Wallet) -> None:
    subjects: list[dict[str, Any]] = [
        {},
        {"charges": dict.fromkeys(range(1, 52))},
        {"charges": {1: None}, "invoice": 1},
    ]
    for subject in subjects:
        with pytest.raises(errors.DisputedChargesOutOfRange):
            open_dispute(
                wallet=wallet,
                reason=DisputeReason.OTHER,
                explanation=EXPLANATION,
                actor=ACTOR,
                **subject,
            )


def test_a_repeated_request_answers_the_first_dispute(spend: LedgerEntry) -> None:
    first = dispute(spend, idempotency_key="k1")
    assert dispute(spend, idempotency_key="k1") == first
    with pytest.raises(IdempotencyKeyReused):
        dispute(spend, idempotency_key="k1", reason=DisputeReason.OTHER)
    with pytest.raises(IdempotencyKeyReused):
        dispute(spend, idempotency_key="k1", claimed="1")
    assert Dispute.objects.count() == 1


def test_a_refusal_does_not_use_up_its_key(spend: LedgerEntry, settings: Settings) -> None:
    settings.CREDIT_DISPUTE_ENABLED = False
    refused(errors.DisputesDisabled, spend, idempotency_key="k1")
    settings.CREDIT_DISPUTE_ENABLED = True
    assert dispute(spend, idempotency_key="k1").status == "open"


def test_a_payment_can_be_disputed(wallet: Wallet) -> None:
    invoice = paid_invoice(wallet, 1999)
    opened = dispute_payment(invoice)
    assert (opened.purchase.claimed_cents, opened.purchase.granted_cents) == (1999, 0)
    with pytest.raises(errors.AlreadyDisputed):
        dispute_payment(invoice)


def test_a_payment_that_was_not_made_cannot_be_disputed(wallet: Wallet) -> None:
    invoice = paid_invoice(wallet)
    for change in ({"status": InvoiceStatus.OPEN, "paid_at": None}, {"total_cents": 0}):
        for name, value in change.items():
            setattr(invoice, name, value)
        invoice.save()
        with pytest.raises(errors.PurchaseNotPaid):
            dispute_payment(invoice)


def test_a_payment_of_somebody_else_is_not_found(wallet: Wallet, stranger: User) -> None:
    invoice = paid_invoice(wallet)
    with pytest.raises(errors.PurchaseNotFound):
        open_dispute(
            wallet=open_wallet(customer=stranger),
            reason=DisputeReason.NOT_MINE,
            explanation=EXPLANATION,
            invoice=invoice.pk,
            actor=stranger.actor,
        )


def test_a_payment_can_be_disputed_until_the_window_ends(wallet: Wallet) -> None:
    invoice = paid_invoice(wallet)
    assert invoice.paid_at
    end = invoice.paid_at + timedelta(days=30)
    with time_machine.travel(end, tick=False), pytest.raises(errors.DisputeWindowClosed):
        dispute_payment(invoice)
    with time_machine.travel(end - timedelta(microseconds=1), tick=False):
        assert dispute_payment(invoice).is_live

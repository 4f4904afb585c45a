"""Suggested rulings, and those that are made without an operator."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import Settings

from creditsite.accounts.models import User
from disputes.actions import rule_automatically, take_dispute
from disputes.facts import charge_facts
from disputes.models import Dispute, DisputeReason, RulingOutcome
from disputes.reports.review import review_of
from disputes.suggestion import Suggestion
from disputes.tests.cases import (
    ACTOR,
    charge,
    dispute,
    dispute_payment,
    make_service,
    paid_invoice,
    rule,
)
from wallet.actions import spend_credits
from wallet.models import LedgerEntry, Wallet
from wallet.tests.model.passing_time import verify
from wallet.tests.older import make_later

FULL, PARTIAL = RulingOutcome.FULL_REFUND, RulingOutcome.PARTIAL_REFUND
EXPLAINED = RulingOutcome.EXPLANATION


def suggested(*spends: LedgerEntry, **more: Any) -> Suggestion:
    return review_of(dispute(*spends, **more)).suggestion


def rules(suggestion: Suggestion) -> list[str]:
    return [finding.rule for finding in suggestion.findings]


def test_the_later_of_two_identical_charges_comes_back(wallet: Wallet) -> None:
    first = charge(wallet, "10", job="digest")
    second = make_later(charge(wallet, "10", job="digest"), seconds=20)
    suggestion = suggested(first, second)
    assert rules(suggestion) == ["stands", "exact_duplicate"]
    assert suggestion.outcome == PARTIAL
    assert suggestion.credits == {second.pk: 10}
    assert f"Charge {second.sequence} repeats charge {first.sequence}, 20 seconds apart" in (
        suggestion.explanation
    )


def test_of_two_identical_charges_whichever_is_disputed_alone_comes_back(wallet: Wallet) -> None:
    first, _ = charge(wallet, "10"), make_later(charge(wallet, "10"), seconds=20)
    assert suggested(first).outcome == FULL


def test_a_repeat_that_came_back_already_makes_no_duplicate(wallet: Wallet, reviewer: User) -> None:
    first, second = charge(wallet, "10"), make_later(charge(wallet, "10"), seconds=20)
    rule(dispute(second), reviewer, FULL)
    assert rules(suggested(first)) == ["stands"]


@pytest.mark.parametrize(
    ("apart", "metadata", "found"),
    [
        ({"seconds": 59}, {}, "exact_duplicate"),
        ({"seconds": 62}, {}, "repeated"),
        ({"minutes": 9, "seconds": 50}, {}, "repeated"),
        ({"minutes": 11}, {}, "stands"),
        ({"seconds": 5}, {"job": "another"}, "stands"),
    ],
)
def test_a_repeat_is_near_and_for_the_same_input(
    wallet: Wallet, apart: dict[str, float], metadata: dict[str, str], found: str
) -> None:
    charge(wallet, "10")
    second = make_later(charge(wallet, "10", **metadata), **apart)
    assert rules(suggested(second)) == [found]


def test_other_services_and_quantities_are_no_repeats(wallet: Wallet) -> None:
    charge(wallet, "10", service="scans")
    charge(wallet, "11")
    assert rules(suggested(charge(wallet, "10"))) == ["stands"]


def test_charges_without_a_quantity_repeat_each_other_too(wallet: Wallet) -> None:
    make_service()
    first, second = (
        spend_credits(
            wallet_id=wallet.pk,
            service="runs",
            credits=Decimal("2.5"),
            idempotency_key=f"plain-{number}",
            actor=ACTOR,
        ).entry
        for number in range(2)
    )
    suggestion = suggested(first, second)
    assert rules(suggestion) == ["stands", "exact_duplicate"]
    assert "was posted once" in suggestion.explanation


def test_a_run_that_failed_comes_back(wallet: Wallet) -> None:
    suggestion = suggested(charge(wallet, "10", outcome="failed"))
    assert (rules(suggestion), suggestion.outcome) == (["failed_run"], FULL)


def test_what_came_back_already_is_explained(wallet: Wallet, spend: LedgerEntry) -> None:
    from disputes.tests.test_rule import reverse

    case = dispute(spend)
    reverse(spend, "10")
    suggestion = review_of(case).suggestion
    assert (rules(suggestion), suggestion.outcome) == (["already_returned"], EXPLAINED)


@pytest.mark.parametrize("reason", DisputeReason)
def test_what_stands_is_explained_with_its_price(spend: LedgerEntry, reason: DisputeReason) -> None:
    suggestion = suggested(spend, reason=reason)
    assert suggestion.outcome == EXPLAINED
    assert "10 × 1 credits per run" in suggestion.explanation
    assert len(suggestion.explanation.splitlines()) == 2


def test_a_payment_made_twice_comes_back(wallet: Wallet) -> None:
    case = dispute_payment(paid_invoice(wallet, 1999))
    assert review_of(case).suggestion.outcome == EXPLAINED
    paid_invoice(wallet, 1999)
    assert review_of(case).suggestion.outcome == FULL


def test_a_suggestion_that_is_followed_is_a_valid_ruling(wallet: Wallet, reviewer: User) -> None:
    spends = [charge(wallet, "10"), charge(wallet, "10"), charge(wallet, "4", outcome="failed")]
    case = dispute(*spends)
    suggestion = review_of(case).suggestion
    credits = {each: str(suggestion.credits.get(each.pk, 0)) for each in spends}
    rule(case, reviewer, suggestion.outcome, credits=credits)
    assert Wallet.objects.get(pk=wallet.pk).balance == 1000 - 10
    verify()


def test_evidence_takes_no_more_queries_with_a_longer_history(
    wallet: Wallet, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for _ in range(30):
        charge(wallet, "3")
    case = dispute(charge(wallet, "10"))
    with django_assert_max_num_queries(11):
        review_of(case)


def test_retries_under_the_key_are_told(wallet: Wallet, spend: LedgerEntry) -> None:
    from wallet.models import EntryRetries

    EntryRetries.objects.create(entry=spend, count=3, last_at=spend.created_at)
    assert charge_facts(dispute(spend))[0].retries == 3


@pytest.fixture
def automatic(settings: Settings) -> None:
    settings.DISPUTE_AUTOMATIC_RULES = ["exact_duplicate", "failed_run"]


@pytest.mark.usefixtures("automatic")
def test_a_rule_that_is_switched_on_refunds_by_itself(wallet: Wallet) -> None:
    charge(wallet, "10")
    case = dispute(charge(wallet, "10"), charge(wallet, "4", outcome="failed"))
    ruling = rule_automatically(dispute=case)
    assert ruling
    assert (ruling.outcome, ruling.rule) == ("full_refund", "exact_duplicate, failed_run")
    assert (ruling.reviewer, ruling.actor) == (None, "system:disputes")
    assert Wallet.objects.get(pk=wallet.pk).balance == 990
    case.refresh_from_db()
    assert case.status == "closed"
    verify()


@pytest.mark.usefixtures("automatic")
def test_what_rules_do_not_find_in_full_is_left_to_operators(wallet: Wallet) -> None:
    charge(wallet, "10")
    case = dispute(charge(wallet, "10"), charge(wallet, "3"))
    assert rule_automatically(dispute=case) is None
    case.refresh_from_db()
    assert (case.status, case.rulings.count()) == ("open", 0)


@pytest.mark.usefixtures("automatic")
def test_two_cases_about_each_other_bring_one_refund(wallet: Wallet) -> None:
    first, second = dispute(charge(wallet, "10")), dispute(charge(wallet, "10"))
    assert rule_automatically(dispute=first)
    assert rule_automatically(dispute=second) is None
    assert Wallet.objects.get(pk=wallet.pk).balance == 990


@pytest.mark.usefixtures("automatic")
def test_a_case_somebody_took_is_theirs(wallet: Wallet, reviewer: User) -> None:
    charge(wallet, "10")
    case = take_dispute(dispute=dispute(charge(wallet, "10")), reviewer=reviewer)
    assert rule_automatically(dispute=case) is None


def test_no_rule_is_automatic_unless_switched_on(wallet: Wallet) -> None:
    charge(wallet, "10")
    case = dispute(charge(wallet, "10"))
    assert rule_automatically(dispute=case) is None
    assert Wallet.objects.get(pk=wallet.pk).balance == Decimal(980)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("automatic")
def test_the_worker_looks_at_a_new_case(wallet: Wallet, run_jobs: Callable[[], None]) -> None:
    charge(wallet, "10")
    case: Dispute = dispute(charge(wallet, "10"))
    run_jobs()
    case.refresh_from_db()
    assert case.status == "closed"

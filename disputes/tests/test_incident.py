"""Ruling on all cases of an incident at once, with a dry run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied

from creditsite.accounts.models import User
from disputes.actions import Decision, rule_on_incident, take_dispute
from disputes.models import Dispute, Ruling, RulingOutcome
from disputes.tests.cases import charge, dispute, give, make_reviewer, make_service, rule
from disputes.tests.test_dispute_admin import QUEUE, at_work
from wallet.actions import close_wallet, open_wallet
from wallet.models import Incident, LedgerEntry, Wallet
from wallet.tests.model.passing_time import verify

FULL = Decision(RulingOutcome.FULL_REFUND, "The service failed; we give it back.")
HOUR = timedelta(hours=1)


@pytest.fixture
def lead(db: None) -> User:
    """Return an operator who may rule on incidents."""
    return make_reviewer("lead@example.com", "rule_on_incident")


@pytest.fixture
def other(stranger: User) -> Wallet:
    wallet = open_wallet(customer=stranger)
    give(wallet)
    return wallet


def incident(around: datetime) -> Incident:
    return Incident(make_service(), around - HOUR, around + HOUR)


def balances() -> list[int]:
    return [int(wallet.balance) for wallet in Wallet.objects.order_by("pk")]


def test_each_case_of_the_incident_is_ruled_on_once(
    wallet: Wallet, other: Wallet, lead: User, reviewer: User
) -> None:
    spends = [charge(wallet, "10"), charge(other, "4"), charge(other, "6")]
    dispute(spends[0])
    taken = dispute(*spends[1:])
    take_dispute(dispute=taken, reviewer=reviewer)
    for expected in (2, 0):
        results = rule_on_incident(
            incident=incident(spends[0].created_at), decision=FULL, reviewer=lead
        )
        assert len(results) == expected
    assert balances() == [1000, 1000]
    assert Ruling.objects.count() == 2
    reversals = LedgerEntry.objects.filter(kind="reversal")
    assert reversals.count() == reversals.values("reverses").distinct().count() == 3
    verify()


def test_cases_about_something_else_too_are_left_alone(
    wallet: Wallet, lead: User, reviewer: User
) -> None:
    spend = charge(wallet, "1")
    mixed = dispute(spend, charge(wallet, "1", service="scans"))
    elsewhere = dispute(charge(wallet, "1", service="scans"))
    decided = dispute(charge(wallet, "1"))
    rule(decided, reviewer)
    assert not rule_on_incident(incident=incident(spend.created_at), decision=FULL, reviewer=lead)
    assert not rule_on_incident(
        incident=incident(spend.created_at - 2 * HOUR), decision=FULL, reviewer=lead
    )
    for case in (mixed, elsewhere):
        assert not case.rulings.exists()


def test_the_end_of_the_range_is_not_in_it(case: Dispute, spend: LedgerEntry, lead: User) -> None:
    service, at = make_service(), spend.created_at
    before = Incident(service, at - HOUR, at)
    assert not rule_on_incident(incident=before, decision=FULL, reviewer=lead)
    since = Incident(service, at, at + HOUR)
    assert len(rule_on_incident(incident=since, decision=FULL, reviewer=lead)) == 1


def test_a_case_that_is_refused_holds_up_no_other(
    wallet: Wallet, other: Wallet, lead: User
) -> None:
    first, second = dispute(charge(wallet, "10")), dispute(charge(other, "10"))
    close_wallet(wallet=wallet, reason="Left", actor=lead.actor)
    results = rule_on_incident(incident=incident(first.opened_at), decision=FULL, reviewer=lead)
    assert [(result.dispute, bool(result.refusal)) for result in results] == [
        (first, True),
        (second, False),
    ]
    first.refresh_from_db()
    assert first.status == "open"
    verify()


def test_it_takes_a_right_of_its_own(case: Dispute, spend: LedgerEntry, supervisor: User) -> None:
    with pytest.raises(PermissionDenied):
        rule_on_incident(incident=incident(spend.created_at), decision=FULL, reviewer=supervisor)
    only = User.objects.create_user("only@example.com", is_staff=True)
    only.user_permissions.add(Permission.objects.get(codename="rule_on_incident"))
    with pytest.raises(PermissionDenied):
        rule_on_incident(incident=incident(spend.created_at), decision=FULL, reviewer=only)


def test_the_dry_run_lists_who_gets_what_and_changes_nothing(
    wallet: Wallet, other: Wallet, lead: User, django_assert_max_num_queries: Callable[..., object]
) -> None:
    spend = charge(wallet, "10")
    dispute(spend)
    dispute(charge(other, "4"))
    operator, path = at_work(lead), f"{QUEUE}incident/"
    asked = {
        "service": str(make_service().pk),
        "begins_at": f"{spend.created_at - HOUR:%Y-%m-%dT%H:%M:%S}",
        "ends_at": f"{spend.created_at + HOUR:%Y-%m-%dT%H:%M:%S}",
        "outcome": "full_refund",
        "explanation": FULL.explanation,
    }
    preview = operator.preview(path, **asked)
    assert preview.summary == "2 cases of 2 customers ruled on, 14.00 credits back."
    assert [[cell.text for cell in row][1:4] for row in preview.table.rows] == [
        ["customer@example.com", "1", "10.00"],
        ["stranger@example.com", "1", "4.00"],
    ]
    assert balances() == [990, 996]
    assert not Ruling.objects.exists()
    done = operator.do(path, **asked)
    assert (done.status_code, done.url) == (302, QUEUE)
    assert balances() == [1000, 1000]
    assert "No case is about" in operator.errors(path, **asked)
    wrong = {**asked, "ends_at": asked["begins_at"]}
    assert "not after" in operator.errors(path, **wrong)

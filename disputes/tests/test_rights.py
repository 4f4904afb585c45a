"""Who may do what: strangers, customers, operators of each level, the first reviewer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied

from creditsite.accounts.models import User
from disputes import actions, errors
from disputes.models import Dispute, RulingOutcome
from disputes.tests.cases import ACTOR, EXPLANATION, charge, dispute, give, make_reviewer, rule
from wallet.actions import open_wallet

Act = Callable[[Dispute, User], object]
WORK: dict[str, Act] = {
    "take": lambda case, who: actions.take_dispute(dispute=case, reviewer=who),
    "ask": lambda case, who: actions.ask_customer(dispute=case, question="Why?", reviewer=who),
    "tell": lambda case, who: actions.tell_in_dispute(dispute=case, text="Hi.", reviewer=who),
    "rule": lambda case, who: rule(case, who, RulingOutcome.FULL_REFUND),
}
NOTE: dict[str, Act] = {
    "note": lambda case, who: actions.note_in_dispute(dispute=case, text="Hm.", reviewer=who)
}


@pytest.fixture
def appealed(case: Dispute, reviewer: User) -> Dispute:
    rule(case, reviewer)
    return actions.appeal_ruling(dispute=case, reason=EXPLANATION, actor=ACTOR)


def unchanged(case: Dispute) -> Callable[[], bool]:
    before = (case.status, case.events.count(), case.rulings.count(), case.messages.count())

    def is_unchanged() -> bool:
        case.refresh_from_db()
        now = (case.status, case.events.count(), case.rulings.count(), case.messages.count())
        return now == before

    return is_unchanged


@pytest.mark.parametrize("work", [*WORK, *NOTE])
def test_nobody_without_the_right_reviews(
    case: Dispute, customer: User, stranger: User, work: str
) -> None:
    clerk = make_reviewer("clerk@example.com")
    clerk.user_permissions.clear()
    gone = make_reviewer("gone@example.com")
    gone.is_active = False
    no_staff = make_reviewer("left@example.com")
    no_staff.is_staff = False
    same = unchanged(case)
    for person in (customer, stranger, User.objects.get(pk=clerk.pk), gone, no_staff):
        with pytest.raises(errors.ReviewRightNeeded):
            (WORK | NOTE)[work](case, person)
    assert same()


@pytest.mark.parametrize("work", WORK)
def test_a_reviewer_of_the_first_level_does_not_work_on_an_appeal(
    appealed: Dispute, colleague: User, work: str
) -> None:
    same = unchanged(appealed)
    with pytest.raises(errors.AppealRightNeeded):
        WORK[work](appealed, colleague)
    assert same()


@pytest.mark.parametrize("work", WORK)
def test_who_ruled_first_does_not_work_on_the_appeal(
    case: Dispute, supervisor: User, work: str
) -> None:
    rule(case, supervisor)
    appealed = actions.appeal_ruling(dispute=case, reason=EXPLANATION, actor=ACTOR)
    same = unchanged(appealed)
    with pytest.raises(errors.ReviewerNotIndependent):
        WORK[work](appealed, supervisor)
    assert same()


def test_who_ruled_first_may_note_something_in_the_appeal(
    appealed: Dispute, reviewer: User
) -> None:
    note = actions.note_in_dispute(dispute=appealed, text="As I saw it.", reviewer=reviewer)
    assert note.is_internal


@pytest.mark.parametrize("work", [*WORK, *NOTE])
def test_not_even_a_superuser_reviews_their_own_case(operator: User, work: str) -> None:
    own = open_wallet(customer=operator)
    give(own)
    case = dispute(charge(own))
    with pytest.raises(errors.ReviewerNotIndependent):
        (WORK | NOTE)[work](case, operator)


def test_assigning_needs_a_right_of_its_own(
    case: Dispute, reviewer: User, colleague: User, supervisor: User
) -> None:
    with pytest.raises(PermissionDenied):
        actions.assign_dispute(dispute=case, reviewer=colleague, assigner=reviewer)
    given = actions.assign_dispute(dispute=case, reviewer=colleague, assigner=supervisor)
    assert (given.assignee, given.status) == (colleague, "under_review")
    kinds = list(case.events.values_list("kind", "actor", "note"))
    assert kinds[1:] == [
        ("taken", str(supervisor.actor), ""),
        ("assigned", str(supervisor.actor), f"To {colleague.email}."),
    ]


def test_an_appeal_is_assigned_to_nobody_who_may_not_rule_on_it(
    appealed: Dispute, reviewer: User, colleague: User, supervisor: User
) -> None:
    for person, error in (
        (colleague, errors.AppealRightNeeded),
        (reviewer, errors.AppealRightNeeded),
    ):
        with pytest.raises(error):
            actions.assign_dispute(dispute=appealed, reviewer=person, assigner=supervisor)


def test_refunds_are_recorded_by_those_who_make_them(case: Dispute, reviewer: User) -> None:
    with pytest.raises(PermissionDenied):
        actions.record_refund(dispute=case, reference="re_1", operator=reviewer)

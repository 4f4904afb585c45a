"""Every step from every state: where it leads, or the code it is refused with."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import time_machine

from creditsite.accounts.models import User
from creditsite.kernel.errors import DomainError
from disputes import actions
from disputes.models import STEPS, Dispute, DisputeEvent, DisputeStatus, DisputeStep, RulingOutcome
from disputes.models.dispute import ANSWER_WINDOW, APPEAL_WINDOW
from disputes.tests.cases import EXPLANATION, dispute, rule
from wallet.models import LedgerEntry, Wallet
from wallet.tests.model.passing_time import verify

S = DisputeStatus
CELLS = [(status, step) for status in DisputeStatus for step in DisputeStep]


class People:
    """Who takes the steps of a walk."""

    def __init__(self, customer: User, reviewer: User, supervisor: User) -> None:
        self.customer, self.reviewer, self.supervisor = customer, reviewer, supervisor


@pytest.fixture
def people(customer: User, reviewer: User, supervisor: User) -> People:
    return People(customer, reviewer, supervisor)


# How a new case comes into each state.
WAYS: dict[DisputeStatus, Callable[[Dispute, People], object]] = {
    S.OPEN: lambda case, people: None,
    S.UNDER_REVIEW: lambda case, people: actions.take_dispute(
        dispute=case, reviewer=people.reviewer
    ),
    S.AWAITING_CUSTOMER: lambda case, people: actions.ask_customer(
        dispute=case, question="Which run?", reviewer=people.reviewer
    ),
    S.RULED: lambda case, people: rule(case, people.reviewer),
    S.APPEALED: lambda case, people: (
        rule(case, people.reviewer),
        actions.appeal_ruling(dispute=case, reason=EXPLANATION, actor=people.customer.actor),
    ),
    S.CLOSED: lambda case, people: rule(case, people.reviewer, RulingOutcome.FULL_REFUND),
    S.WITHDRAWN: lambda case, people: actions.withdraw_dispute(
        dispute=case, actor=people.customer.actor
    ),
}
# The supervisor may do what operators do in every state, an appeal too.
DOES: dict[DisputeStep, Callable[[Dispute, People], object]] = {
    DisputeStep.TAKE: lambda case, people: actions.take_dispute(
        dispute=case, reviewer=people.supervisor
    ),
    DisputeStep.ASK: lambda case, people: actions.ask_customer(
        dispute=case, question="Which run?", reviewer=people.supervisor
    ),
    DisputeStep.TELL: lambda case, people: actions.tell_in_dispute(
        dispute=case, text="We are looking.", reviewer=people.supervisor
    ),
    DisputeStep.NOTE: lambda case, people: actions.note_in_dispute(
        dispute=case, text="Seen before.", reviewer=people.supervisor
    ),
    DisputeStep.WRITE: lambda case, people: actions.write_in_dispute(
        dispute=case, text="The second one.", actor=people.customer.actor
    ),
    DisputeStep.ADD_EVIDENCE: lambda case, people: actions.add_evidence(
        dispute=case, name="log.txt", body=b"started twice", actor=people.customer.actor
    ),
    DisputeStep.RULE: lambda case, people: rule(case, people.supervisor),
    DisputeStep.APPEAL: lambda case, people: actions.appeal_ruling(
        dispute=case, reason=EXPLANATION, actor=people.customer.actor
    ),
    DisputeStep.WITHDRAW: lambda case, people: actions.withdraw_dispute(
        dispute=case, actor=people.customer.actor
    ),
    DisputeStep.CLOSE: lambda case, people: close(case),
}


def close(case: Dispute) -> None:
    """Let the job look at the case after every time to answer or appeal."""
    case.refresh_from_db()
    with time_machine.travel(case.opened_at + ANSWER_WINDOW + APPEAL_WINDOW):
        if STEPS[DisputeStep.CLOSE].leads.get(DisputeStatus(case.status)):
            actions.watch_deadlines()
        else:
            case.require_due(case.opened_at + ANSWER_WINDOW + APPEAL_WINDOW)


@pytest.mark.parametrize(("status", "step"), CELLS)
def test_a_step_leads_where_the_table_says_or_is_refused_with_its_code(
    case: Dispute, people: People, status: DisputeStatus, step: DisputeStep
) -> None:
    WAYS[status](case, people)
    case.refresh_from_db()
    assert case.status == status
    events = DisputeEvent.objects.filter(dispute=case).count()
    rule_of_step = STEPS[step]
    if status in rule_of_step.leads:
        DOES[step](case, people)
        case.refresh_from_db()
        # A ruling in an appeal is final.
        is_final = status == S.APPEALED and step == DisputeStep.RULE
        assert case.status == rule_of_step.leads[status][-1 if is_final else 0]
        assert DisputeEvent.objects.filter(dispute=case).count() > events
    else:
        refusal, _ = rule_of_step.refusals[status]
        with pytest.raises(refusal):
            DOES[step](case, people)
        case.refresh_from_db()
        assert case.status == status
        assert DisputeEvent.objects.filter(dispute=case).count() == events


def test_every_cell_of_the_table_is_filled() -> None:
    for status, step in CELLS:
        rule_of_step = STEPS[step]
        assert (status in rule_of_step.leads) != (status in rule_of_step.refusals)


def test_a_case_goes_all_the_way_to_the_final_ruling(
    case: Dispute, people: People, wallet: Wallet, spend: LedgerEntry
) -> None:
    actor = people.customer.actor
    actions.take_dispute(dispute=case, reviewer=people.reviewer)
    actions.ask_customer(dispute=case, question="Which run?", reviewer=people.reviewer)
    actions.write_in_dispute(dispute=case, text="The second one.", actor=actor)
    rule(case, people.reviewer, RulingOutcome.PARTIAL_REFUND, credits={spend: "4"})
    wallet.refresh_from_db()
    assert wallet.balance == 994
    actions.appeal_ruling(dispute=case, reason=EXPLANATION, actor=actor)
    actions.take_dispute(dispute=case, reviewer=people.supervisor)
    actions.ask_customer(dispute=case, question="Is that all?", reviewer=people.supervisor)
    actions.write_in_dispute(dispute=case, text="It is.", actor=actor)
    rule(case, people.supervisor, RulingOutcome.FULL_REFUND)
    wallet.refresh_from_db()
    assert wallet.balance == 1000
    case.refresh_from_db()
    assert case.status == S.CLOSED
    assert list(case.events.values_list("kind", "from_status", "to_status")) == [
        ("opened", "", "open"),
        ("taken", "open", "under_review"),
        ("asked", "under_review", "awaiting_customer"),
        ("answered", "awaiting_customer", "under_review"),
        ("ruled", "under_review", "ruled"),
        ("appealed", "ruled", "appealed"),
        ("taken", "appealed", "under_review"),
        ("asked", "under_review", "awaiting_customer"),
        ("answered", "awaiting_customer", "under_review"),
        ("ruled", "under_review", "closed"),
    ]
    verify()


def test_a_refusal_names_the_dispute_and_its_state(case: Dispute, people: People) -> None:
    actions.withdraw_dispute(dispute=case, actor=people.customer.actor)
    with pytest.raises(DomainError) as refused:
        rule(case, people.reviewer)
    assert refused.value.code == "dispute_withdrawn"
    assert refused.value.extras == {"dispute": case.pk, "dispute_status": "withdrawn"}


def test_what_was_withdrawn_without_a_ruling_can_be_disputed_again(
    case: Dispute, people: People, spend: LedgerEntry
) -> None:
    actions.withdraw_dispute(dispute=case, actor=people.customer.actor)
    assert not case.charges.get().is_live
    assert dispute(spend).charges.get().is_live


def test_who_takes_over_is_the_reviewer(case: Dispute, reviewer: User, colleague: User) -> None:
    for _ in range(2):
        actions.take_dispute(dispute=case, reviewer=reviewer)
    taken = actions.take_dispute(dispute=case, reviewer=colleague)
    assert taken.assignee == colleague
    assert list(case.events.values_list("kind", flat=True)) == ["opened", "taken", "assigned"]

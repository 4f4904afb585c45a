"""What time brings to a case, with a clock that is moved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core import mail
from pytest_django import Settings

from creditsite.accounts.models import User
from disputes import actions, errors
from disputes.models import Dispute, RulingOutcome
from disputes.models.dispute import overdue
from disputes.tests.cases import ACTOR, EXPLANATION, charge, dispute, rule
from wallet.models import LedgerEntry, Wallet, WalletEvent

HOUR, DAY, TICK = timedelta(hours=1), timedelta(days=1), timedelta(microseconds=1)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    with time_machine.travel(moment, tick=False):
        yield


def look(case: Dispute, moment: datetime) -> Dispute:
    """Let the job run at a moment; return the case as it stands then."""
    with at(moment):
        actions.watch_deadlines()
    case.refresh_from_db()
    return case


def kinds(case: Dispute) -> list[str]:
    return list(case.events.values_list("kind", flat=True))


def told(case: Dispute) -> list[str]:
    return list(WalletEvent.objects.filter(data__dispute=case.pk).values_list("kind", flat=True))[
        ::-1
    ]


def ask(case: Dispute, reviewer: User, moment: datetime) -> Dispute:
    with at(moment):
        return actions.ask_customer(dispute=case, question="Which run?", reviewer=reviewer)


def answer(case: Dispute, moment: datetime) -> None:
    with at(moment):
        actions.write_in_dispute(dispute=case, text="The second.", actor=ACTOR)
    case.refresh_from_db()


def test_operators_have_48_hours(case: Dispute) -> None:
    assert case.respond_by == case.opened_at + 48 * HOUR
    assert not Dispute.objects.filter(overdue(case.respond_by)).exists()
    assert Dispute.objects.filter(overdue(case.respond_by + TICK)).exists()


def test_the_hours_are_a_setting(spend: LedgerEntry, settings: Settings) -> None:
    settings.DISPUTE_RESPONSE = 24 * HOUR
    case = dispute(spend)
    assert case.respond_by == case.opened_at + 24 * HOUR


def test_the_clock_stands_still_while_the_customer_owes_an_answer(
    case: Dispute, reviewer: User
) -> None:
    opened_at = case.opened_at
    ask(case, reviewer, opened_at + 10 * HOUR)
    case.refresh_from_db()
    assert case.time_left(opened_at + 60 * HOUR) == 38 * HOUR
    assert not Dispute.objects.filter(overdue(opened_at + 100 * HOUR)).exists()
    answer(case, opened_at + 60 * HOUR)
    assert case.respond_by == opened_at + (48 + 50) * HOUR
    assert case.waited == 50 * HOUR
    assert (case.asked_at, case.answer_by) == (None, None)


def test_two_questions_both_stop_the_clock(case: Dispute, reviewer: User) -> None:
    opened_at = case.opened_at
    ask(case, reviewer, opened_at + HOUR)
    answer(case, opened_at + 3 * HOUR)
    ask(case, reviewer, opened_at + 4 * HOUR)
    answer(case, opened_at + 9 * HOUR)
    assert (case.respond_by, case.waited) == (opened_at + 55 * HOUR, 7 * HOUR)


def test_a_ruling_keeps_the_operators_own_time_and_whether_it_was_in_time(
    case: Dispute, reviewer: User
) -> None:
    ask(case, reviewer, case.opened_at + 10 * HOUR)
    answer(case, case.opened_at + 60 * HOUR)
    with at(case.opened_at + 97 * HOUR):
        ruling = rule(case, reviewer)
    assert ruling.reviewed_in == 47 * HOUR
    assert ruling.was_in_time


def test_ruling_without_waiting_for_the_answer_lets_the_clock_go_on(
    case: Dispute, reviewer: User
) -> None:
    ask(case, reviewer, case.opened_at + 10 * HOUR)
    with at(case.opened_at + 30 * HOUR):
        ruling = rule(case, reviewer)
    assert ruling.reviewed_in == 10 * HOUR
    assert ruling.respond_by == case.opened_at + 68 * HOUR


def test_a_ruling_after_the_deadline_is_late(wallet: Wallet, reviewer: User) -> None:
    late, just = dispute(charge(wallet)), dispute(charge(wallet))
    with at(late.respond_by + TICK):
        assert not rule(late, reviewer).was_in_time
    with at(just.respond_by):
        assert rule(just, reviewer).was_in_time


def test_the_reviewer_is_warned_12_hours_ahead_once(
    case: Dispute, reviewer: User, colleague: User, supervisor: User
) -> None:
    actions.take_dispute(dispute=case, reviewer=reviewer)
    look(case, case.respond_by - 12 * HOUR - TICK)
    assert not mail.outbox
    for _ in range(2):
        look(case, case.respond_by - 12 * HOUR)
    (warning,) = mail.outbox
    assert warning.bcc == [reviewer.email]
    assert warning.subject == f"Dispute {case.pk} is due soon"
    assert f"/admin/disputes/dispute/{case.pk}/" in warning.body
    assert kinds(case)[-1] == "warned"


def test_where_nobody_has_the_case_everybody_who_may_take_it_is_warned(
    case: Dispute, reviewer: User, supervisor: User, customer: User, operator: User
) -> None:
    look(case, case.respond_by - HOUR)
    assert set(mail.outbox[0].bcc) == {reviewer.email, supervisor.email, operator.email}


def test_at_the_deadline_supervisors_are_told_once(
    case: Dispute, reviewer: User, colleague: User, supervisor: User
) -> None:
    actions.take_dispute(dispute=case, reviewer=reviewer)
    look(case, case.respond_by - HOUR)
    mail.outbox.clear()
    for _ in range(2):
        look(case, case.respond_by)
    (escalation,) = mail.outbox
    assert set(escalation.bcc) == {supervisor.email, reviewer.email}
    assert escalation.subject == f"Dispute {case.pk} is overdue"
    assert kinds(case)[-1] == "escalated"


def test_nobody_is_told_while_the_customer_owes_an_answer(
    case: Dispute, reviewer: User, supervisor: User
) -> None:
    ask(case, reviewer, case.opened_at + HOUR)
    look(case, case.opened_at + 60 * HOUR)
    assert not mail.outbox


def test_an_appeal_begins_a_review_of_its_own(
    case: Dispute, reviewer: User, supervisor: User
) -> None:
    look(case, case.respond_by)
    rule(case, reviewer)
    mail.outbox.clear()
    with at(case.opened_at + 3 * DAY):
        appealed = actions.appeal_ruling(dispute=case, reason=EXPLANATION, actor=ACTOR)
    assert appealed.respond_by == case.opened_at + 3 * DAY + 48 * HOUR
    look(case, appealed.respond_by - HOUR)
    assert [message.bcc for message in mail.outbox] == [[supervisor.email]]
    look(case, appealed.respond_by)
    assert len(mail.outbox) == 2
    with at(appealed.respond_by + HOUR):
        assert rule(case, supervisor).reviewed_in == 49 * HOUR


def test_a_question_nobody_answers_closes_the_case_after_a_reminder(
    case: Dispute, reviewer: User
) -> None:
    asked_at = case.opened_at + HOUR
    ask(case, reviewer, asked_at)
    assert look(case, asked_at + 5 * DAY - TICK).reminded_at is None
    for _ in range(2):
        look(case, asked_at + 5 * DAY)
    assert kinds(case).count("reminded") == 1
    assert look(case, asked_at + 7 * DAY - TICK).status == "awaiting_customer"
    assert look(case, asked_at + 7 * DAY).status == "closed"
    assert told(case) == [
        "dispute.opened",
        "dispute.asked",
        "dispute.closes",
        "dispute.closed",
    ]
    assert case.events.last().note == "Nobody answered."  # type: ignore[union-attr]


def test_an_answer_in_the_last_moment_keeps_the_case_alive(case: Dispute, reviewer: User) -> None:
    asked_at = case.opened_at + HOUR
    ask(case, reviewer, asked_at)
    answer(case, asked_at + 7 * DAY - TICK)
    assert look(case, asked_at + 7 * DAY).status == "under_review"


def test_what_was_closed_unanswered_can_be_disputed_again(
    case: Dispute, reviewer: User, spend: LedgerEntry
) -> None:
    ask(case, reviewer, case.opened_at + HOUR)
    look(case, case.opened_at + 8 * DAY)
    assert dispute(spend).is_live


def test_a_ruling_can_be_appealed_for_14_days(case: Dispute, reviewer: User) -> None:
    ruled_at = case.opened_at + HOUR
    with at(ruled_at):
        rule(case, reviewer)
    end = ruled_at + 14 * DAY
    assert look(case, end - TICK).status == "ruled"
    with at(end), pytest.raises(errors.AppealWindowClosed) as refused:
        actions.appeal_ruling(dispute=case, reason=EXPLANATION, actor=ACTOR)
    assert refused.value.extras["closed_at"] == end.isoformat()
    with at(end - TICK):
        assert actions.appeal_ruling(dispute=case, reason=EXPLANATION, actor=ACTOR).is_appeal


def test_a_ruling_nobody_appeals_closes_the_case(case: Dispute, reviewer: User) -> None:
    with at(case.opened_at):
        rule(case, reviewer)
    assert look(case, case.opened_at + 14 * DAY).status == "closed"
    assert case.closed_at == case.opened_at + 14 * DAY
    with pytest.raises(errors.DisputeClosed):
        actions.appeal_ruling(dispute=case, reason=EXPLANATION, actor=ACTOR)
    assert told(case)[-1] == "dispute.closed"


def test_one_mail_that_cannot_be_sent_holds_up_no_other_case(
    wallet: Wallet, reviewer: User, supervisor: User, settings: Settings
) -> None:
    first, second = dispute(charge(wallet)), dispute(charge(wallet))
    ask(second, reviewer, second.opened_at)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert look(second, second.opened_at + 7 * DAY).status == "closed"
    assert look(first, first.respond_by - HOUR).warned_at is None
    assert (first.warned_at, first.escalated_at) == (None, None)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert look(first, second.opened_at + 7 * DAY).escalated_at


def test_full_refunds_are_not_waited_for(case: Dispute, reviewer: User) -> None:
    rule(case, reviewer, RulingOutcome.FULL_REFUND)
    assert look(case, case.opened_at + 30 * DAY).closed_at != case.opened_at + 30 * DAY

"""Whoever opened a dispute is told each step by mail."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from django.core import mail
from django.core.mail import EmailMultiAlternatives

from creditsite.accounts.models import User
from disputes import actions
from disputes.models import Dispute, RulingOutcome
from disputes.tests.cases import (
    ACTOR,
    EXPLANATION,
    charge,
    dispute,
    dispute_payment,
    paid_invoice,
    rule,
)
from wallet.actions.mails import mail_events
from wallet.models import LedgerEntry, Wallet


def sent() -> list[str]:
    """Send what waits; return subject and body of each mail, and see that it can be read."""
    mail.outbox.clear()
    mail_events()
    for message in mail.outbox:
        assert message.to == ["customer@example.com"]
        assert isinstance(message, EmailMultiAlternatives)
        assert [each[1] for each in message.alternatives] == ["text/html"]
        assert "/disputes/" in message.body
        assert "because you opened a dispute" in message.body
    return [f"{message.subject}\n{message.body}" for message in mail.outbox]


def test_each_step_is_mailed(
    case: Dispute, spend: LedgerEntry, reviewer: User, supervisor: User
) -> None:
    (opened,) = sent()
    assert opened.startswith(f"We look into dispute {case.pk}")
    assert f"{case.respond_by:%H:%M} UTC" in opened
    actions.take_dispute(dispute=case, reviewer=reviewer)
    actions.note_in_dispute(dispute=case, text="Secret.", reviewer=reviewer)
    assert sent() == []
    actions.tell_in_dispute(dispute=case, text="We are looking.", reviewer=reviewer)
    (message,) = sent()
    assert "We are looking." in message
    actions.ask_customer(dispute=case, question="Which run was it?", reviewer=reviewer)
    (asked,) = sent()
    assert asked.startswith(f"A question about dispute {case.pk}")
    assert "Which run was it?" in asked
    actions.write_in_dispute(dispute=case, text="The second.", actor=ACTOR)
    assert sent() == []
    rule(case, reviewer, RulingOutcome.PARTIAL_REFUND, credits={spend: "4"})
    (ruled,) = sent()
    assert ruled.startswith(f"Your dispute {case.pk} is ruled on: partial refund")
    for told in ("4.00 credits are back", "This is how it came about.", "You can appeal until"):
        assert told in ruled
    actions.appeal_ruling(dispute=case, reason=EXPLANATION, actor=ACTOR)
    (appealed,) = sent()
    assert "who did not make the first ruling" in appealed
    rule(case, supervisor, RulingOutcome.REJECTED)
    (final,) = sent()
    assert final.startswith(f"Your appeal of dispute {case.pk} is ruled on: rejected")
    assert "This ruling is final" in final
    assert reviewer.email not in f"{ruled}{final}"


def test_two_cases_are_told_apart(wallet: Wallet) -> None:
    first, second = dispute(charge(wallet)), dispute(charge(wallet))
    subjects = [each.splitlines()[0] for each in sent()]
    assert subjects == [f"We look into dispute {case.pk}" for case in (first, second)]


def test_a_question_that_was_answered_meanwhile_is_not_mailed(
    case: Dispute, reviewer: User
) -> None:
    actions.ask_customer(dispute=case, question="Which run was it?", reviewer=reviewer)
    actions.write_in_dispute(dispute=case, text="The second.", actor=ACTOR)
    assert [each.splitlines()[0] for each in sent()] == [f"We look into dispute {case.pk}"]


def test_who_does_not_answer_is_reminded_and_told_of_the_end(case: Dispute, reviewer: User) -> None:
    actions.ask_customer(dispute=case, question="Which run was it?", reviewer=reviewer)
    sent()
    with time_machine.travel(case.opened_at + timedelta(days=5, minutes=1), tick=False):
        actions.watch_deadlines()
        (reminder,) = sent()
    assert reminder.startswith(f"Dispute {case.pk} waits for your answer")
    with time_machine.travel(case.opened_at + timedelta(days=7, minutes=1), tick=False):
        actions.watch_deadlines()
        (closed,) = sent()
    assert "got no answer" in closed


def test_withdrawing_is_confirmed(case: Dispute) -> None:
    sent()
    actions.withdraw_dispute(dispute=case, actor=ACTOR)
    assert sent()[0].startswith(f"Dispute {case.pk} is withdrawn")


def test_a_refund_is_told_when_granted_and_when_made(
    wallet: Wallet, reviewer: User, operator: User
) -> None:
    case = dispute_payment(paid_invoice(wallet, 1999))
    sent()
    rule(case, reviewer, RulingOutcome.FULL_REFUND)
    (ruled,) = sent()
    assert "We pay back $19.99. An operator makes that refund by hand" in ruled
    actions.record_refund(dispute=case, reference="re_secret", operator=operator)
    (made,) = sent()
    assert made.startswith("$19.99 is on its way back to you")
    assert "re_secret" not in made

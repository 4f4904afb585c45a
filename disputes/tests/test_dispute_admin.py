"""The operators' admin: the queue, a case put together by the system, steps with a preview."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.test import Client

from creditsite.accounts.models import User
from disputes import actions
from disputes.models import Dispute, RulingOutcome
from disputes.tests.cases import (
    ACTOR,
    EXPLANATION,
    charge,
    dispute,
    dispute_payment,
    make_reviewer,
    paid_invoice,
    rule,
)
from wallet.models import LedgerEntry, Wallet
from wallet.tests.model.passing_time import verify
from wallet.tests.operators import Operator, step

QUEUE = "/admin/disputes/dispute/"
HOUR = timedelta(hours=1)


def at_work(person: User) -> Operator:
    client = Client()
    client.force_login(person)
    return Operator(client)


def listed(person: User, queue: str = "") -> list[int]:
    client = at_work(person).client
    page = client.get(f"{QUEUE}?queue={queue}" if queue else QUEUE)
    assert page.status_code == 200
    return [row.pk for row in page.context["cl"].result_list]


def shown(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_the_queue_shows_what_is_to_be_ruled_on_first_due_first(
    wallet: Wallet, reviewer: User, supervisor: User
) -> None:
    asked, ruled, appealed, taken, fresh, paid = (
        *(dispute(charge(wallet)) for _ in range(5)),
        dispute_payment(paid_invoice(wallet)),
    )
    actions.ask_customer(dispute=asked, question="Which?", reviewer=reviewer)
    rule(ruled, supervisor)
    rule(appealed, supervisor)
    actions.appeal_ruling(dispute=appealed, reason=EXPLANATION, actor=ACTOR)
    actions.take_dispute(dispute=taken, reviewer=reviewer)
    rule(paid, supervisor, RulingOutcome.FULL_REFUND)
    assert listed(reviewer) == [taken.pk, fresh.pk, appealed.pk]
    assert listed(reviewer, "mine") == [asked.pk, taken.pk]
    assert listed(reviewer, "unassigned") == [fresh.pk, appealed.pk]
    assert listed(reviewer, "appeals") == [appealed.pk]
    assert listed(reviewer, "awaiting") == [asked.pk]
    assert listed(reviewer, "refunds") == [paid.pk]
    assert listed(reviewer, "due_soon") == listed(reviewer, "breached") == []
    assert len(listed(reviewer, "all")) == 6
    client = at_work(reviewer).client
    with time_machine.travel(fresh.respond_by - HOUR):
        page = shown(client.get(f"{QUEUE}?queue=due_soon"))
        assert "due due--soon" in page
        assert "59 min left" in page or "1 h 0 min left" in page
    with time_machine.travel(fresh.respond_by + 26 * HOUR):
        page = shown(client.get(f"{QUEUE}?queue=breached"))
        assert "due--late" in page
        assert "1 d 2 h late" in page


def test_a_case_is_put_together(wallet: Wallet, reviewer: User) -> None:
    rule(dispute(charge(wallet, "7")), reviewer)
    first = charge(wallet, "10", job="digest")
    second = charge(wallet, "10", job="digest")
    case = dispute(first, second)
    actions.add_evidence(dispute=case, name="log.txt", body=b"log", actor=ACTOR)
    actions.note_in_dispute(dispute=case, text="Seen before.", reviewer=reviewer)
    page = shown(at_work(reviewer).client.get(f"{QUEUE}{case.pk}/change/"))
    for told in (
        "Suggested ruling: partial refund",
        f"Charge {second.sequence} repeats charge {first.sequence}",
        "10 × 1 per run",
        "1 like it within 10 minutes",
        "job: digest",
        "Seen before.",
        "log.txt",
        "0 of 1 brought credits back.",
        "Contested at the bank",
        reviewer.email,
    ):
        assert told in page, told


def test_an_operator_takes_asks_and_rules(
    case: Dispute, spend: LedgerEntry, wallet: Wallet, reviewer: User
) -> None:
    operator = at_work(reviewer)
    operator.do(step(case, "take"))
    case.refresh_from_db()
    assert (case.status, case.assignee) == ("under_review", reviewer)
    operator.do(step(case, "tell"), text="We are looking.")
    operator.do(step(case, "ask"), text="Which run was it?")
    case.refresh_from_db()
    assert case.status == "awaiting_customer"
    assert "waiting" not in operator.errors(step(case, "ask"), text="And when?")
    filled = {
        "outcome": "partial_refund",
        "explanation": "Half of it.",
        f"credits_{spend.pk}": "5",
    }
    preview = operator.preview(step(case, "rule"), **filled)
    assert preview.summary == "Partial refund, 5.00 credits back."
    assert [(line.kind_label, str(line.credits)) for line in preview.lines] == [
        ("Reversal", "5.0000")
    ]
    case.refresh_from_db()
    assert (case.status, case.rulings.count()) == ("awaiting_customer", 0)
    operator.do(step(case, "rule"), **filled)
    wallet.refresh_from_db()
    case.refresh_from_db()
    assert (wallet.balance, case.status) == (995, "ruled")
    verify()


def test_a_second_press_rules_once(
    case: Dispute, wallet: Wallet, reviewer: User, spend: LedgerEntry
) -> None:
    operator = at_work(reviewer)
    form_id = operator.form_id(step(case, "rule"))
    body = {
        "form_id": form_id,
        "confirmed": "yes",
        "outcome": "full_refund",
        "explanation": "You are right.",
    }
    for _ in range(2):
        assert operator.client.post(step(case, "rule"), body).status_code == 302
    wallet.refresh_from_db()
    assert (wallet.balance, case.rulings.count()) == (1000, 1)


def test_the_form_is_filled_in_with_what_is_suggested(wallet: Wallet, reviewer: User) -> None:
    first = charge(wallet, "10")
    second = charge(wallet, "10")
    case = dispute(first, second)
    form = at_work(reviewer).client.get(step(case, "rule")).context["form"]
    assert form["outcome"].value() == "partial_refund"
    assert form[f"credits_{second.pk}"].value() == 10
    assert form[f"credits_{first.pk}"].value() is None
    assert "repeats charge" in form["explanation"].value()


def test_what_does_not_fit_is_said_in_the_form(
    case: Dispute, spend: LedgerEntry, reviewer: User
) -> None:
    operator = at_work(reviewer)
    wrong = {"11": "can still come back", "10": "everything", "": "Name credits"}
    for credits, told in wrong.items():
        filled = {
            "outcome": "partial_refund",
            "explanation": "Half.",
            f"credits_{spend.pk}": credits,
        }
        assert told in operator.errors(step(case, "rule"), **filled)
    case.refresh_from_db()
    assert case.status == "open"


def test_steps_are_offered_and_open_by_right(
    case: Dispute, reviewer: User, supervisor: User, customer: User
) -> None:
    def offered(person: User) -> list[str]:
        page = at_work(person).client.get(f"{QUEUE}{case.pk}/change/")
        return [link.label for link in page.context["step_links"]]

    work = ["Take", "Rule", "Ask the customer", "Write to the customer", "Note"]
    assert offered(reviewer) == work
    assert offered(supervisor) == [*work, "Assign"]
    clerk = make_reviewer("clerk@example.com")
    clerk.user_permissions.set(Permission.objects.filter(codename="view_dispute"))
    assert offered(clerk) == []
    for name in ("take", "rule", "ask", "tell", "note", "assign", "record_refund"):
        assert at_work(clerk).client.get(step(case, name)).status_code == 403
    assert at_work(reviewer).client.get(step(case, "assign")).status_code == 403
    assert at_work(reviewer).client.get(f"{QUEUE}incident/").status_code == 403
    assert at_work(customer).client.get(QUEUE).status_code == 302
    clerk.user_permissions.clear()
    assert at_work(clerk).client.get(QUEUE).status_code == 403
    assert at_work(clerk).client.get("/admin/reports/disputes/").status_code == 403


def test_a_level_1_operator_and_the_first_reviewer_are_told_why_they_may_not(
    case: Dispute, reviewer: User, colleague: User, supervisor: User
) -> None:
    rule(case, supervisor)
    actions.appeal_ruling(dispute=case, reason=EXPLANATION, actor=ACTOR)
    told = at_work(colleague).errors(step(case, "take"))
    assert "who may rule on appeals" in told
    assert "You made the ruling" in at_work(supervisor).errors(step(case, "take"))


def test_a_case_is_assigned(
    case: Dispute, reviewer: User, supervisor: User, customer: User
) -> None:
    operator = at_work(supervisor)
    operator.do(step(case, "assign"), reviewer=str(reviewer.pk))
    case.refresh_from_db()
    assert case.assignee == reviewer
    assert "valid choice" in operator.errors(step(case, "assign"), reviewer=str(customer.pk))


def test_a_payment_is_ruled_on_in_money_and_its_refund_kept(
    wallet: Wallet, reviewer: User, operator: User
) -> None:
    case = dispute_payment(paid_invoice(wallet, 1999))
    at_work(reviewer).do(
        step(case, "rule"), outcome="partial_refund", explanation="Half.", amount="9.99"
    )
    case.purchase.refresh_from_db()
    assert case.purchase.granted_cents == 999
    page = shown(at_work(reviewer).client.get(f"{QUEUE}{case.pk}/change/"))
    assert "Refund to be made: $9.99" in page
    assert "Refund made" not in [
        link.label
        for link in at_work(reviewer).client.get(f"{QUEUE}{case.pk}/change/").context["step_links"]
    ]
    at_work(operator).do(step(case, "record_refund"), reference="re_1")
    case.purchase.refresh_from_db()
    assert case.purchase.due_cents == 0


@pytest.mark.parametrize("model", ["dispute"])
def test_nothing_is_edited_in_place(case: Dispute, operator: User, model: str) -> None:
    client = at_work(operator).client
    assert client.get(f"/admin/disputes/{model}/add/").status_code == 403
    assert client.get(f"/admin/disputes/{model}/{case.pk}/delete/").status_code == 403
    page = client.post(f"/admin/disputes/{model}/{case.pk}/change/", {"status": "closed"})
    assert page.status_code == 403
    case.refresh_from_db()
    assert case.status == "open"


def test_the_page_of_a_wallet_shows_its_disputes_and_payments(
    wallet: Wallet, spend: LedgerEntry, operator: User
) -> None:
    case, invoice = dispute(spend), paid_invoice(wallet, 1999)
    page = at_work(operator).client.get(f"/admin/wallet/wallet/{wallet.pk}/change/")
    tables = {table.title: table.rows for table in page.context["tables"]}
    assert [cell.text for cell in tables["Disputes"][0]][:3] == [
        str(case.pk),
        "Charged twice for the same thing",
        "Open",
    ]
    assert [cell.text for cell in tables["Invoices"][0]][:3] == [
        invoice.number,
        "Starter, a month",
        "Paid",
    ]
    assert "Plans" not in tables

"""The customer's pages: how a dispute is opened, followed, appealed and withdrawn."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from creditsite.accounts.models import User
from disputes import actions
from disputes.models import Dispute, RulingOutcome
from disputes.tests.cases import (
    EXPLANATION,
    charge,
    dispute,
    dispute_payment,
    give,
    paid_invoice,
    rule,
)
from wallet.models import LedgerEntry, Wallet

NEW = "/disputes/new/"
GOOD = {"reason": "duplicate", "explanation": EXPLANATION}


@pytest.fixture
def browser_of(client: Client, customer: User) -> Client:
    """Return the customer's browser."""
    client.force_login(customer)
    return client


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_the_form_shows_what_it_is_about(
    browser_of: Client, wallet: Wallet, spend: LedgerEntry
) -> None:
    other = charge(wallet, "4")
    one = browser_of.get(f"{NEW}?entry={spend.pk}")
    assert (one.status_code, "Credits you claim" in text(one)) == (200, True)
    several = browser_of.get(f"{NEW}?entry={spend.pk}&entry={other.pk}")
    assert "Credits you claim" not in text(several)
    assert several.content.decode().count('name="entry"') == 2
    dialog = browser_of.get(f"{NEW}?entry={spend.pk}", headers={"HX-Request": "true"})
    assert text(dialog).lstrip().startswith("<dialog")


def test_a_form_that_is_filled_in_opens_the_dispute(
    browser_of: Client, wallet: Wallet, spend: LedgerEntry, customer: User
) -> None:
    other = charge(wallet, "4")
    answer = browser_of.post(NEW, {**GOOD, "entry": [spend.pk, other.pk]})
    case = Dispute.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"/disputes/{case.pk}/"
    assert case.charges.count() == 2
    assert case.actor == str(customer.actor)


def test_a_part_can_be_claimed_of_one_charge(browser_of: Client, spend: LedgerEntry) -> None:
    browser_of.post(NEW, {**GOOD, "entry": spend.pk, "credits": "2.5"})
    assert Dispute.objects.get().charges.get().claimed == 2.5


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"explanation": "Too short."}, "at least 20 characters"),
        ({"explanation": f"{' ' * 20}short"}, "at least 20 characters"),
        ({"reason": "mood"}, "Select a valid choice"),
        ({"credits": "11"}, "10.0000 credits of this charge can come back"),
        ({"credits": "0"}, "greater than or equal to"),
        ({"credits": "1e1"}, "Enter a number"),
    ],
)
def test_a_form_that_is_filled_in_wrongly_says_so_and_keeps_what_was_written(
    browser_of: Client, spend: LedgerEntry, change: dict[str, str], told: str
) -> None:
    answer = browser_of.post(NEW, {**GOOD, "entry": spend.pk, **change})
    assert (answer.status_code, told in text(answer)) == (400, True)
    assert f'name="entry" value="{spend.pk}"' in answer.content.decode()
    assert not Dispute.objects.exists()


def test_what_cannot_be_disputed_is_left_out_with_its_reason(
    browser_of: Client, wallet: Wallet, case: Dispute
) -> None:
    disputed, other = case.charges.get().entry, charge(wallet, "4")
    page = browser_of.get(f"{NEW}?entry={disputed.pk}&entry={other.pk}")
    assert f"Left out: Dispute {case.pk} is about this." in text(page)
    assert page.content.decode().count('name="entry"') == 1
    alone = browser_of.get(f"{NEW}?entry={disputed.pk}")
    assert "Send dispute" not in text(alone)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("entry=999999999", 404),
        ("entry=x", 404),
        ("entry=99999999999999999999", 404),
        ("invoice=999999999", 404),
        ("invoice=x", 404),
    ],
)
def test_an_address_that_names_nothing_of_ours_is_refused(
    browser_of: Client, wallet: Wallet, query: str, status: int
) -> None:
    assert browser_of.get(f"{NEW}?{query}").status_code == status


def test_other_peoples_charges_are_not_found(
    client: Client, stranger: User, spend: LedgerEntry, wallet: Wallet
) -> None:
    invoice = paid_invoice(wallet)
    client.force_login(stranger)
    assert client.get(f"{NEW}?entry={spend.pk}").status_code == 404
    assert client.post(NEW, {**GOOD, "entry": spend.pk}).status_code == 404
    assert client.get(f"{NEW}?invoice={invoice.pk}").status_code == 404
    assert not Dispute.objects.exists()


def test_an_entry_that_is_no_charge_is_refused(browser_of: Client, wallet: Wallet) -> None:
    spend, grant = charge(wallet), give(wallet)
    answer = browser_of.get(f"{NEW}?entry={spend.pk}&entry={grant.pk}")
    assert (answer.status_code, "no charge" in text(answer)) == (400, True)


def test_a_stranger_finds_no_page_of_the_case(
    client: Client, case: Dispute, stranger: User
) -> None:
    pages = [
        reverse("disputes:dispute", args=[case.pk]),
        reverse("disputes:withdraw", args=[case.pk]),
    ]
    steps = ("write", "appeal", "withdraw")
    posts = [reverse(f"disputes:{step}", args=[case.pk]) for step in steps]
    for page in (*pages, *posts):
        assert client.get(page).status_code in {302, 405}
    client.force_login(stranger)
    for page in pages:
        assert client.get(page).status_code == 404
    for page in posts:
        body = {"text": "x", "reason": EXPLANATION}
        assert client.post(page, body).status_code == 404
    case.refresh_from_db()
    assert (case.status, case.events.count()) == ("open", 1)


def test_the_page_of_a_case_tells_no_internals(
    browser_of: Client, case: Dispute, reviewer: User, supervisor: User
) -> None:
    actions.assign_dispute(dispute=case, reviewer=reviewer, assigner=supervisor)
    actions.note_in_dispute(dispute=case, text="Known for this.", reviewer=reviewer)
    actions.tell_in_dispute(dispute=case, text="We are looking.", reviewer=reviewer)
    page = text(browser_of.get(f"/disputes/{case.pk}/"))
    assert "We are looking." in page
    assert "An operator" in page
    for secret in ("Known for this.", reviewer.email, supervisor.email, "Assigned"):
        assert secret not in page


def test_a_question_is_answered_on_the_page(
    browser_of: Client, case: Dispute, reviewer: User
) -> None:
    actions.ask_customer(dispute=case, question="Which run was it?", reviewer=reviewer)
    page = text(browser_of.get(f"/disputes/{case.pk}/"))
    assert "We need an answer from you" in page
    assert "Which run was it?" in page
    told = f"We asked you something about dispute {case.pk}"
    assert told not in page
    assert told in text(browser_of.get("/wallet/"))
    answer = browser_of.post(f"/disputes/{case.pk}/messages/", {"text": "The second one."})
    assert answer.status_code == 302
    case.refresh_from_db()
    assert case.status == "under_review"
    assert told not in text(browser_of.get("/wallet/"))
    empty = browser_of.post(f"/disputes/{case.pk}/messages/", {"text": "  "})
    assert empty.status_code == 400


def test_a_ruling_is_read_and_appealed(
    browser_of: Client, case: Dispute, spend: LedgerEntry, reviewer: User
) -> None:
    rule(case, reviewer, RulingOutcome.PARTIAL_REFUND, credits={spend: "4"})
    page = text(browser_of.get(f"/disputes/{case.pk}/"))
    for told in ("Partial refund", "4.00 credits are back", "Appeal this ruling: 14 days left"):
        assert told in page
    assert "Write to us" not in page
    short = browser_of.post(f"/disputes/{case.pk}/appeal/", {"reason": "No."})
    assert (short.status_code, "at least 20 characters" in text(short)) == (400, True)
    sent = browser_of.post(f"/disputes/{case.pk}/appeal/", {"reason": EXPLANATION})
    assert sent.status_code == 302
    case.refresh_from_db()
    assert case.status == "appealed"
    again = browser_of.post(f"/disputes/{case.pk}/appeal/", {"reason": EXPLANATION})
    assert (again.status_code, "dispute_not_ruled" in text(again)) == (409, True)


def test_a_dispute_is_withdrawn_after_asking(browser_of: Client, case: Dispute) -> None:
    page = f"/disputes/{case.pk}/withdraw/"
    assert "Withdraw dispute" in text(browser_of.get(page))
    case.refresh_from_db()
    assert case.status == "open"
    assert browser_of.post(page).status_code == 302
    case.refresh_from_db()
    assert case.status == "withdrawn"
    again = browser_of.post(page)
    assert (again.status_code, "dispute_withdrawn" in text(again)) == (409, True)


def test_the_list_shows_what_became_of_each(
    browser_of: Client, wallet: Wallet, reviewer: User, django_assert_max_num_queries: Any
) -> None:
    first = dispute(charge(wallet, "10"), charge(wallet, "4"))
    rule(first, reviewer, RulingOutcome.FULL_REFUND)
    dispute_payment(paid_invoice(wallet, 1999))
    with django_assert_max_num_queries(10):
        page = text(browser_of.get("/disputes/"))
    for told in ("2 charges, 14.00 credits", "14.00 credits back", "Starter, a month, $19.99"):
        assert told in page


def test_a_long_list_has_pages(browser_of: Client, wallet: Wallet, customer: User) -> None:
    for _ in range(26):
        case = dispute(charge(wallet, "1"))
        actions.withdraw_dispute(dispute=case, actor=customer.actor)
    first = browser_of.get("/disputes/")
    assert len(first.context["disputes"]) == 25
    older = browser_of.get(first.context["older_url"])
    assert len(older.context["disputes"]) == 1
    newer = browser_of.get(older.context["newer_url"])
    assert newer.context["disputes"] == first.context["disputes"]


def test_a_refund_that_is_to_be_made_says_so(
    browser_of: Client, wallet: Wallet, reviewer: User, operator: User
) -> None:
    case = dispute_payment(paid_invoice(wallet, 1999))
    rule(case, reviewer, RulingOutcome.FULL_REFUND)
    page = text(browser_of.get(f"/disputes/{case.pk}/"))
    assert "An operator makes it by hand" in page
    assert "$19.99 to be refunded" in page
    actions.record_refund(dispute=case, reference="re_secret", operator=operator)
    page = text(browser_of.get(f"/disputes/{case.pk}/"))
    assert "$19.99 refunded" in page
    assert "by hand" not in page
    assert "re_secret" not in page


def test_a_charges_page_leads_to_the_form_or_the_case(
    browser_of: Client, spend: LedgerEntry, reviewer: User
) -> None:
    page = f"/wallet/entries/{spend.pk}/"
    assert f"{NEW}?entry={spend.pk}" in browser_of.get(page).content.decode()
    case = dispute(spend)
    assert f"Open: dispute {case.pk}" in text(browser_of.get(page))
    ruling = rule(case, reviewer, RulingOutcome.FULL_REFUND)
    reversal = ruling.charges.get().entry
    told = text(browser_of.get(f"/wallet/entries/{reversal.pk}/"))
    assert f"Given back by the ruling of dispute {case.pk}" in told
    assert f"Closed: dispute {case.pk}" in text(browser_of.get(page))


def test_the_history_offers_charges_that_can_be_disputed(
    browser_of: Client, wallet: Wallet, case: Dispute, settings: Settings
) -> None:
    free = charge(wallet)
    page = browser_of.get("/wallet/history/").content.decode()
    assert page.count('name="entry"') == 1
    assert f'name="entry" value="{free.pk}"' in page
    settings.CREDIT_DISPUTE_ENABLED = False
    refused = browser_of.get(f"{NEW}?entry={free.pk}")
    assert (refused.status_code, "disputes_disabled" in text(refused)) == (409, True)
    page = browser_of.get("/wallet/history/").content.decode()
    assert 'name="entry"' not in page
    assert "Dispute chosen charges" not in page


def test_invoices_offer_payments_that_can_be_disputed(browser_of: Client, wallet: Wallet) -> None:
    invoice = paid_invoice(wallet)
    page = browser_of.get("/billing/invoices/").content.decode()
    assert f"{NEW}?invoice={invoice.pk}" in page
    answer = browser_of.post(NEW, {**GOOD, "invoice": invoice.pk})
    assert answer.status_code == 302
    page = browser_of.get("/billing/invoices/").content.decode()
    assert f"{NEW}?invoice={invoice.pk}" not in page

"""A dispute by hand: from two charges to the final ruling on the appeal, in three browsers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core import mail
from playwright.sync_api import Browser, Page, expect

from creditsite.accounts.models import User
from disputes.models import Dispute
from disputes.tests.cases import charge, give, make_reviewer
from tests.e2e.site import Site
from wallet.actions import open_wallet
from wallet.actions.mails import mail_events
from wallet.models import Wallet
from wallet.tests.model.passing_time import verify

EXPLANATION = "The weekly digest was started twice, and I was charged for both runs."
APPEAL = "The first run never ended either: please look at its log again."
LOG = {"name": "run.log", "mimeType": "text/plain", "buffer": b"10:00 started\n10:01 started\n"}
TIMELINE = [
    "Opened",
    "File added",
    "Review begun",
    "Question asked",
    "Answered",
    "Ruled on",
    "Appealed",
    "Ruled on",
]


@dataclass
class Desk:
    """A person at a browser of their own."""

    site: Site
    page: Page

    def open(self, path: str) -> None:
        self.site.open(self.page, path)

    def step(self, case: Dispute, label: str) -> None:
        """Open the step of a case in the admin."""
        self.open(f"/admin/disputes/dispute/{case.pk}/change/")
        self.page.get_by_role("link", name=label, exact=True).click()

    def press(self, label: str) -> None:
        self.page.get_by_role("main").get_by_role("button", name=label).click()


@pytest.fixture
def desks(site: Site, browser: Browser) -> Iterator[Any]:
    """Give each person who logs in a browser without the others' cookies."""
    contexts = []

    def at_desk(person: User) -> Desk:
        context = browser.new_context(
            viewport={"width": 1280, "height": 900}, locale="en-GB", accept_downloads=True
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        site.log_in(page, person)
        return Desk(site, page)

    yield at_desk
    for context in contexts:
        context.close()


def balance(wallet: Wallet) -> int:
    return int(Wallet.objects.get(pk=wallet.pk).balance)


def mailed() -> list[str]:
    mail.outbox.clear()
    mail_events()
    return [message.subject for message in mail.outbox]


def figures(desk: Desk) -> dict[str, str]:
    desk.open("/admin/reports/disputes/")
    rows = desk.page.get_by_role("region", name="In short").locator("tbody tr").all()
    cells = [tuple(row.locator("td").all_inner_texts()) for row in rows]
    return dict(cells)


def open_case(desk: Desk, wallet: Wallet) -> Dispute:
    """Choose two charges in the history and say what is wrong, with a file."""
    page = desk.page
    desk.open("/wallet/history/")
    for number in (2, 3):
        page.get_by_label(f"Choose Digests, entry {number}").check()
    page.get_by_role("button", name="Dispute chosen charges").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("10.00 credits")
    expect(dialog).to_contain_text("4.00 credits")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Dispute chosen charges").click()
    dialog.get_by_label("What is wrong?").select_option("duplicate")
    dialog.get_by_label("What happened?").fill(EXPLANATION)
    dialog.get_by_label("Files").set_input_files([LOG])  # type: ignore[list-item]
    dialog.get_by_role("button", name="Send dispute").click()
    expect(page.get_by_text("An operator looks into this")).to_be_visible()
    return Dispute.objects.get(wallet=wallet)


def ask(desk: Desk, case: Dispute) -> None:
    """Find the case in the queue, take it, and ask the customer."""
    desk.open("/admin/disputes/dispute/")
    desk.page.get_by_role("link", name="customer@example.com").click()
    expect(desk.page.get_by_text("Suggested ruling")).to_be_visible()
    desk.step(case, "Take")
    desk.press("Take")
    desk.step(case, "Ask the customer")
    desk.page.get_by_label("Text").fill("Which of the two runs ended?")
    desk.press("Ask the customer")
    expect(desk.page.get_by_text("The customer is asked.")).to_be_visible()


def answer(desk: Desk) -> None:
    desk.page.reload()
    expect(desk.page.get_by_text("We need an answer from you")).to_be_visible()
    expect(desk.page.get_by_text("Which of the two runs ended?").first).to_be_visible()
    desk.page.get_by_label("Message").fill("Only the second one.")
    desk.page.get_by_role("button", name="Send answer").click()
    expect(desk.page.get_by_text("Your message is sent.")).to_be_visible()


def appeal(desk: Desk) -> None:
    desk.page.reload()
    expect(desk.page.get_by_text("5.00 credits are back in your wallet.")).to_be_visible()
    desk.page.get_by_text("Appeal this ruling").click()
    desk.page.get_by_label("Why should we look again?").fill(APPEAL)
    desk.page.get_by_role("button", name="Send appeal").click()
    expect(desk.page.get_by_text("Your appeal is sent.")).to_be_visible()


def test_a_dispute_from_two_charges_to_the_ruling_on_its_appeal(desks: Any, customer: User) -> None:
    wallet = open_wallet(customer=customer)
    give(wallet, "100")
    charge(wallet, "10", service="digests")
    charge(wallet, "4", service="digests")
    reviewer = make_reviewer("reviewer@example.com")
    supervisor = make_reviewer("supervisor@example.com", "rule_on_appeal")
    at_home, at_work, upstairs = desks(customer), desks(reviewer), desks(supervisor)

    case = open_case(at_home, wallet)
    assert (balance(wallet), mailed()) == (86, [f"We look into dispute {case.pk}"])
    with at_home.page.expect_download() as download:
        at_home.page.get_by_role("link", name="run.log").click()
    assert download.value.suggested_filename == "run.log"

    ask(at_work, case)
    assert (balance(wallet), mailed()) == (86, [f"A question about dispute {case.pk}"])
    answer(at_home)
    rule(at_work, case, "partial_refund", "Only the second run ended.", credits="5")
    expect(at_work.page.get_by_text("Partial refund, 5.00 credits back.")).to_be_visible()
    assert balance(wallet) == 91
    assert mailed() == [f"Your dispute {case.pk} is ruled on: partial refund"]
    told = figures(at_work)
    assert (told["Ruled on first"], told["Credits given back"]) == ("1", "5.00")

    appeal(at_home)
    assert mailed() == [f"We review dispute {case.pk} again"]
    at_work.step(case, "Take")
    at_work.press("Take")
    expect(at_work.page.get_by_text("who may rule on appeals")).to_be_visible()
    rule(upstairs, case, "full_refund", "Neither run ended as it should.")
    assert balance(wallet) == 100
    assert mailed() == [f"Your appeal of dispute {case.pk} is ruled on: full refund"]
    told = figures(upstairs)
    assert (told["Appeals that brought more"], told["Credits given back"]) == ("1", "14.00")

    at_home.page.reload()
    expect(at_home.page.get_by_role("heading", name="Final ruling")).to_be_visible()
    expect(at_home.page.get_by_text("9.00 credits are back in your wallet.")).to_be_visible()
    assert at_home.page.locator(".timeline__head strong").all_inner_texts()[::-1] == TIMELINE
    verify()


def rule(desk: Desk, case: Dispute, outcome: str, explanation: str, credits: str = "") -> None:
    """Fill in the ruling, look at what it would bring, and confirm."""
    desk.step(case, "Rule")
    desk.page.get_by_label("Outcome").select_option(outcome)
    desk.page.get_by_label("Explanation").fill(explanation)
    if credits:
        desk.page.get_by_label("Credits of charge 2").fill(credits)
    desk.press("Preview")
    expect(desk.page.get_by_text("Nothing is done yet.")).to_be_visible()
    expect(desk.page.get_by_role("region", name="Lines of the ledger")).to_contain_text("Reversal")
    desk.press("Rule")
    expect(desk.page.get_by_role("heading", name=f"Dispute {case.pk}")).to_be_visible()


def test_a_dispute_works_without_javascript(site: Site, plain_page: Page, customer: User) -> None:
    wallet = open_wallet(customer=customer)
    give(wallet, "100")
    charge(wallet, "10", service="digests")
    site.log_in(plain_page, customer)
    site.open(plain_page, "/wallet/history/")
    plain_page.get_by_label("Choose Digests, entry 2").check()
    plain_page.get_by_role("button", name="Dispute chosen charges").click()
    plain_page.get_by_label("Credits you claim").fill("4")
    plain_page.get_by_label("What happened?").fill("Too short.")
    plain_page.get_by_label("Files").set_input_files([LOG])  # type: ignore[list-item]
    plain_page.locator("form.card").evaluate("form => form.noValidate = true")
    plain_page.get_by_role("button", name="Send dispute").click()
    expect(plain_page.get_by_text("Ensure this value has at least 20")).to_be_visible()
    plain_page.get_by_label("What happened?").fill(EXPLANATION)
    plain_page.get_by_role("button", name="Send dispute").click()
    expect(plain_page.get_by_text("4.00 credits").first).to_be_visible()
    plain_page.get_by_label("Message").fill("I hope this helps.")
    plain_page.get_by_role("button", name="Send message").click()
    expect(plain_page.get_by_text("I hope this helps.")).to_be_visible()
    plain_page.get_by_role("link", name="Withdraw this dispute").click()
    plain_page.get_by_role("button", name="Withdraw").click()
    expect(plain_page.get_by_text("ended without a ruling")).to_be_visible()
    assert Dispute.objects.get().status == "withdrawn"

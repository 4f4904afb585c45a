"""A second operator in the admin: asked for on the wallet's page, decided on the request's."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from creditsite.accounts.models import User
from creditsite.kernel import clock
from wallet.actions import close_wallet, withdraw_request
from wallet.models import ApprovalRequest, LedgerEntry, Wallet
from wallet.tests.approvals import adjustment, promotion, waiting
from wallet.tests.conftest import ACTOR, Give
from wallet.tests.operators import Operator, step


def signed_in(person: User) -> Operator:
    client = Client()
    client.force_login(person)
    return Operator(client)


@pytest.fixture
def finance(asker: User) -> Operator:
    return signed_in(asker)


@pytest.fixture
def supervisor(approver: User) -> Operator:
    return signed_in(approver)


def page_of(visitor: Operator, row: Any) -> Any:
    name = f"{row._meta.app_label}_{row._meta.model_name}"
    return visitor.client.get(reverse(f"admin:{name}_change", args=[row.pk]))


def steps_of(visitor: Operator, row: Any) -> list[str]:
    return [link.label for link in page_of(visitor, row).context["step_links"]]


def table_of(page: Any, title: str) -> list[list[str]]:
    (table,) = [table for table in page.context["tables"] if table.title == title]
    return [[cell.text for cell in row] for row in table.rows]


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("adjust", {"credits": "5000"}),
        ("grant", {"credits": "5000", "source": "promotion"}),
    ],
)
def test_what_is_too_much_for_one_shows_its_lines_and_waits(
    finance: Operator, wallet: Wallet, name: str, asked: dict[str, str]
) -> None:
    path = step(wallet, name)
    preview = finance.preview(path, reason="An outage", **asked)
    assert "waits for another operator" in preview.summary
    assert "up to 1,000.00 in a wallet within 24 hours" in preview.summary
    assert [(line.credits, line.balance_after) for line in preview.lines] == [(5000, 5000)]
    assert not ApprovalRequest.objects.exists()
    done = finance.do(path, reason="An outage", **asked)
    assert done["Location"] == reverse("admin:wallet_wallet_change", args=[wallet.pk])
    request = ApprovalRequest.objects.get()
    assert (request.credits, request.reason) == (5000, "An outage")
    assert not LedgerEntry.objects.exists()
    assert "waits for another operator" in LogEntry.objects.get().change_message
    page = page_of(finance, wallet)
    assert table_of(page, "Approval requests")[0][:4] == [
        *(str(request.pk), "Waiting"),
        *(request.get_kind_display(), "+5,000.00"),
    ]


def test_pressing_twice_asks_once(finance: Operator, wallet: Wallet) -> None:
    asked = {"credits": "5000", "reason": "r", "form_id": "f", "confirmed": "yes"}
    for _ in range(2):
        assert finance.client.post(step(wallet, "adjust"), asked).status_code == 302
    assert signed_in(finance_user()).client.post(step(wallet, "adjust"), asked).status_code == 302
    assert ApprovalRequest.objects.count() == 1


def finance_user() -> User:
    return User.objects.get(email="asker@example.com")


def test_a_small_grant_is_previewed_and_posted(finance: Operator, wallet: Wallet) -> None:
    expiry = (clock.now() + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M")
    asked = {"credits": "12.5", "source": "promotion", "expires_at": expiry, "reason": "Welcome"}
    preview = finance.preview(step(wallet, "grant"), **asked)
    assert preview.summary == "Grant of +12.50 credits posted."
    assert [(line.kind_label, line.credits) for line in preview.lines] == [
        ("Grant", Decimal("12.5"))
    ]
    finance.do(step(wallet, "grant"), **asked)
    lot = wallet.grants.get()
    assert (lot.source, lot.credits, lot.priority) == ("promotion", Decimal("12.5"), 0)
    assert f"{lot.expires_at:%Y-%m-%dT%H:%M}" == expiry
    entry = LedgerEntry.objects.get()
    assert (entry.reason, entry.actor) == ("Welcome", str(finance_user().actor))


@pytest.mark.parametrize(
    "wrong",
    [
        {"credits": "-1"},
        {"credits": "0"},
        {"source": "top_up"},
        {"expires_at": "2020-01-01T00:00"},
        {"reason": " "},
    ],
)
def test_a_bad_grant_says_so_and_saves_nothing(
    finance: Operator, wallet: Wallet, wrong: dict[str, str]
) -> None:
    asked = {"credits": "5", "source": "adjustment", "reason": "r"}
    finance.errors(step(wallet, "grant"), **(asked | wrong))
    assert not LedgerEntry.objects.exists() and not LogEntry.objects.exists()


def test_a_supervisor_approves_what_finance_asked(
    finance: Operator, supervisor: Operator, wallet: Wallet, asker: User, approver: User
) -> None:
    request = waiting(wallet, asker, adjustment("5000"))
    path = step(request, "approve")
    preview = supervisor.preview(path, reason="Seen in the logs")
    assert [line.credits for line in preview.lines] == [5000]
    assert not LedgerEntry.objects.exists()
    done = supervisor.do(path, reason="Seen in the logs")
    assert done["Location"] == reverse("admin:wallet_approvalrequest_change", args=[request.pk])
    log = LogEntry.objects.get()
    assert (log.user, log.object_id) == (approver, str(request.pk))
    assert "Approved: adjustment of +5,000.00 credits posted." in log.change_message
    assert "Seen in the logs" in log.change_message
    entry = LedgerEntry.objects.get()
    shown = table_of(page_of(supervisor, entry), "Two operators")
    assert (shown[0][1], shown[0][3]) == (asker.email, approver.email)
    assert "was approved already, by approver@example.com" in supervisor.errors(path, reason="r")
    assert LedgerEntry.objects.count() == 1


def test_a_supervisor_declines_and_who_asked_withdraws(
    finance: Operator, supervisor: Operator, wallet: Wallet, asker: User
) -> None:
    one = waiting(wallet, asker, adjustment("5000"), "1")
    other = waiting(wallet, asker, promotion("5000"), "2")
    supervisor.do(step(one, "decline"), reason="Too much")
    finance.do(step(other, "withdraw"), reason="A typo")
    one.refresh_from_db()
    other.refresh_from_db()
    assert [(each.status, each.decision_reason) for each in (one, other)] == [
        ("declined", "Too much"),
        ("withdrawn", "A typo"),
    ]
    assert LogEntry.objects.count() == 2 and not LedgerEntry.objects.exists()


def test_each_is_offered_what_they_may(
    finance: Operator,
    supervisor: Operator,
    operator: User,
    wallet: Wallet,
    asker: User,
) -> None:
    request = waiting(wallet, asker, adjustment("5000"))
    own = waiting(wallet, operator, adjustment("5000"), "own")
    boss = signed_in(operator)
    assert steps_of(finance, request) == ["Withdraw"]
    assert steps_of(supervisor, request) == steps_of(boss, request) == ["Approve", "Decline"]
    assert (steps_of(finance, own), steps_of(boss, own)) == ([], ["Withdraw"])
    withdraw_request(request=request, reason="r", operator=asker)
    assert steps_of(supervisor, request) == steps_of(finance, request) == []


def test_who_asked_is_told_at_the_form_that_another_decides(operator: User, wallet: Wallet) -> None:
    request = waiting(wallet, operator, adjustment("5000"))
    for name in ("approve", "decline"):
        errors = signed_in(operator).errors(step(request, name), reason="Mine")
        assert "Another operator decides on what you asked for" in errors
    assert not LedgerEntry.objects.exists()


def test_a_refused_approval_says_why_and_leaves_it_waiting(
    supervisor: Operator, wallet: Wallet, asker: User, give: Give
) -> None:
    give("2000")
    request = waiting(wallet, asker, adjustment("-1500"))
    close_wallet(wallet=wallet, reason="Moved away", actor=ACTOR)
    assert "This wallet is closed" in supervisor.errors(step(request, "approve"), reason="r")
    request.refresh_from_db()
    assert request.status == "waiting"


def test_the_list_has_what_waits_first_and_the_front_leads_there(
    supervisor: Operator, wallet: Wallet, asker: User
) -> None:
    rows = [waiting(wallet, asker, adjustment("5000"), str(number)) for number in range(4)]
    for row in rows[2:]:
        withdraw_request(request=row, reason="r", operator=asker)
    shown = supervisor.client.get(reverse("admin:wallet_approvalrequest_changelist"))
    assert [row.pk for row in shown.context["cl"].result_list] == [
        *(rows[1].pk, rows[0].pk),
        *(rows[3].pk, rows[2].pk),
    ]
    front = supervisor.client.get(reverse("admin:index")).content.decode()
    link = reverse("admin:wallet_approvalrequest_changelist") + "?status__exact=waiting"
    assert f'<a href="{link}">Approval requests waiting</a>' in front
    only_waiting = supervisor.client.get(link)
    assert len(only_waiting.context["cl"].result_list) == 2


def test_the_customer_sees_nothing_of_a_request(
    client: Client, customer: User, wallet: Wallet, asker: User
) -> None:
    waiting(wallet, asker, adjustment("5000"))
    client.force_login(customer)
    for page in ("/wallet/", "/wallet/history/"):
        assert "An outage" not in client.get(page).content.decode()

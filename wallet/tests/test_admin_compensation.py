"""Compensating an incident in the admin: dry run, approval, progress."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from creditsite.accounts.models import User
from creditsite.kernel import clock
from wallet.actions import close_wallet
from wallet.models import ApprovalRequest, Compensation, LedgerEntry, Service, Wallet
from wallet.tests.conftest import ACTOR
from wallet.tests.incidents import balances, carry_out, charge, make_wallets
from wallet.tests.operators import Operator, step

STEP = "/admin/wallet/compensation/compensate/"


@pytest.fixture
def finance(client: Client, asker: User) -> Operator:
    client.force_login(asker)
    return Operator(client)


@pytest.fixture
def wallets(service: Service) -> list[Wallet]:
    return make_wallets(3)


def asked(**more: str) -> dict[str, str]:
    """Return the form for the last hour; a second to come is not over yet, so it waits for it."""
    now = clock.now()
    moment = "%Y-%m-%dT%H:%M:%S.%f"
    return {
        "service": str(Service.objects.get(slug="runs").pk),
        "begins_at": (now - timedelta(hours=1)).strftime(moment),
        "ends_at": now.strftime(moment),
        "percent": "100",
        "reason": "The service was down",
        **more,
    }


def page_of(visitor: Operator, row: Any) -> dict[str, list[list[str]]]:
    name = f"admin:wallet_{row._meta.model_name}_change"
    page = visitor.client.get(reverse(name, args=[row.pk]))
    assert page.status_code == 200
    return {
        table.title: [[cell.text for cell in cells] for cells in table.rows]
        for table in page.context["tables"]
    }


def test_the_dry_run_says_who_gets_what_biggest_first_and_changes_nothing(
    finance: Operator, wallets: list[Wallet]
) -> None:
    for wallet, credits in zip(wallets, ("10", "30", "20"), strict=True):
        charge(wallet, credits)
    charge(wallets[0], "5")
    preview = finance.preview(STEP, **asked(percent="50"))
    assert preview.summary == "4 charges of 3 customers, 32.50 credits back."
    assert preview.table is not None
    assert [[cell.text for cell in row] for row in preview.table.rows] == [
        [str(wallets[1].pk), str(wallets[1].customer), "1", "15.00"],
        [str(wallets[2].pk), str(wallets[2].customer), "1", "10.00"],
        [str(wallets[0].pk), str(wallets[0].customer), "2", "7.50"],
    ]
    assert not Compensation.objects.exists() and not LogEntry.objects.exists()
    assert not LedgerEntry.objects.filter(kind="reversal").exists()


def test_confirmed_it_starts_and_its_page_shows_how_far_it_is(
    finance: Operator, wallets: list[Wallet]
) -> None:
    charge(wallets[0], "10")
    charge(wallets[1], "4")
    done = finance.do(STEP, **asked())
    compensation = Compensation.objects.get()
    assert done["Location"] == reverse("admin:wallet_compensation_change", args=[compensation.pk])
    message = LogEntry.objects.get().change_message
    assert "Started: 100% of Runs, 2 charges of 2 customers, 14.00 credits back." in message
    assert "The service was down" in message
    assert page_of(finance, compensation)["Charges"] == [["Waiting", "2", "14.00", "0.00"]]
    close_wallet(wallet=wallets[1], reason="r", actor=ACTOR)
    carry_out(compensation)
    tables = page_of(finance, compensation)
    assert tables["Charges"] == [
        ["Given back", "1", "10.00", "10.00"],
        ["Left out", "1", "4.00", "0.00"],
    ]
    (left_out,) = tables["Left out, up to 20"]
    assert "closed" in left_out[3]
    shown = finance.client.get(reverse("admin:wallet_compensation_changelist"))
    assert "Finished" in shown.content.decode()


def test_above_the_threshold_it_waits_and_a_supervisor_starts_it(
    finance: Operator, wallets: list[Wallet], approver: User
) -> None:
    for wallet in wallets:
        charge(wallet, "400")
    preview = finance.preview(STEP, **asked())
    assert "waits for another operator" in preview.summary
    finance.do(STEP, **asked())
    compensation, request = Compensation.objects.get(), ApprovalRequest.objects.get()
    assert compensation.started_at is None
    (row,) = page_of(finance, compensation)["Approval"]
    assert row[:2] == [str(request.pk), "Waiting"]
    supervisor = Operator(Client())
    supervisor.client.force_login(approver)
    listed = supervisor.client.get(reverse("admin:wallet_compensation_changelist"))
    assert "Waiting" in listed.content.decode()
    preview = supervisor.preview(step(request, "approve"), reason="Seen")
    assert preview.summary == "Approved: compensation of +1,200.00 credits started."
    supervisor.do(step(request, "approve"), reason="Seen")
    carry_out(compensation)
    assert balances(wallets) == [1000] * 3


def test_pressing_twice_asks_once(finance: Operator, wallets: list[Wallet]) -> None:
    charge(wallets[0], "10")
    form = asked(form_id="f", confirmed="yes")
    other = Client()
    other.force_login(User.objects.get(email="asker@example.com"))
    for client in (finance.client, finance.client, other):
        assert client.post(STEP, form).status_code == 302
    assert Compensation.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"percent": "0"}, "percent"),
        ({"percent": "100.01"}, "percent"),
        ({"reason": " "}, "reason"),
        ({"begins_at": "2030-01-01T00:00"}, "not after the beginning"),
        ({"ends_at": "2099-01-01T00:00"}, "before now"),
        ({"failed_only": "on"}, "No charge of that service"),
    ],
)
def test_what_makes_no_sense_is_said_at_the_form(
    finance: Operator, wallets: list[Wallet], wrong: dict[str, str], told: str
) -> None:
    charge(wallets[0], "10")
    assert told in finance.errors(STEP, **asked(**wrong))
    page = finance.client.post(STEP, {**asked(**wrong), "form_id": "p"})
    assert told in str(page.context["form"].errors)
    assert not Compensation.objects.exists()

"""The wallet in the operators' admin."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from creditsite.accounts.models import User
from wallet.actions import Posting
from wallet.models import LedgerEntry, Service, Wallet, WalletStatus
from wallet.tests.conftest import Give


@pytest.fixture
def admin(client: Client, operator: User) -> Client:
    client.force_login(operator)
    return client


def step(wallet: Wallet, name: str) -> str:
    return reverse(f"admin:wallet_wallet_{name}", args=[wallet.pk])


def test_every_list_and_page_renders(
    admin: Client, wallet: Wallet, service: Service, give: Give, spend: Callable[..., Posting]
) -> None:
    give("5")
    entry = spend("1", "a").entry
    for path in (
        reverse("admin:index"),
        reverse("admin:wallet_wallet_changelist") + "?q=customer@example.com",
        reverse("admin:wallet_wallet_change", args=[wallet.pk]),
        reverse("admin:wallet_ledgerentry_changelist") + f"?q={wallet.pk}",
        reverse("admin:wallet_ledgerentry_changelist") + f"?wallet__id__exact={wallet.pk}",
        reverse("admin:wallet_ledgerentry_change", args=[entry.pk]),
        reverse("admin:wallet_service_changelist"),
        reverse("admin:wallet_service_change", args=[service.pk]),
        reverse("admin:wallet_service_add"),
        *(step(wallet, name) for name in ("adjust", "pause", "resume")),
    ):
        assert admin.get(path).status_code == 200, path


def test_an_adjustment_is_previewed_then_posted_once(
    admin: Client, operator: User, wallet: Wallet, give: Give
) -> None:
    give("5")
    form = admin.get(step(wallet, "adjust")).context["form"]
    asked = {
        "credits": "-2.5",
        "reason": "granted twice",
        "form_id": form["form_id"].value(),
    }
    preview = admin.post(step(wallet, "adjust"), asked)
    assert preview.context["balance_after"] == Decimal("2.5")
    assert LedgerEntry.objects.filter(kind="adjustment").count() == 0
    for _ in range(2):
        done = admin.post(step(wallet, "adjust"), asked | {"confirmed": "yes"})
        assert done.status_code == 302
    entry = LedgerEntry.objects.get(kind="adjustment")
    assert (entry.credits, entry.reason) == (Decimal("-2.5"), "granted twice")
    assert entry.actor == str(operator.actor)
    assert "granted twice" in LogEntry.objects.latest("pk").change_message


@pytest.mark.parametrize(
    ("credits", "reason"),
    [
        ("-6", "too many"),
        ("0", "none"),
        ("NaN", "r"),
        ("1", ""),
        ("1", "  "),
        ("", "r"),
        ("1.00001", "r"),
        ("1e30", "r"),
    ],
)
def test_a_bad_adjustment_says_so_and_saves_nothing(
    admin: Client, wallet: Wallet, give: Give, credits: str, reason: str
) -> None:
    give("5")
    answer = admin.post(
        step(wallet, "adjust"),
        {"credits": credits, "reason": reason, "form_id": "k", "confirmed": "yes"},
    )
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert LedgerEntry.objects.filter(kind="adjustment").count() == 0
    assert not LogEntry.objects.exists()


def test_pause_and_resume_need_a_reason(admin: Client, wallet: Wallet) -> None:
    assert admin.post(step(wallet, "pause"), {"reason": " "}).context["form"].errors
    wallet.refresh_from_db()
    assert wallet.status == WalletStatus.ACTIVE
    assert admin.post(step(wallet, "pause"), {"reason": "fraud"}).status_code == 302
    wallet.refresh_from_db()
    assert (wallet.status, wallet.status_reason) == (WalletStatus.PAUSED, "fraud")
    assert admin.post(step(wallet, "pause"), {"reason": "again"}).context["form"].errors
    assert admin.post(step(wallet, "resume"), {"reason": "cleared"}).status_code == 302


def test_the_ledger_and_the_figures_cannot_be_edited(
    admin: Client, wallet: Wallet, give: Give
) -> None:
    entry = give("5").entry
    for name, pk in (("wallet", wallet.pk), ("ledgerentry", entry.pk)):
        change = reverse(f"admin:wallet_{name}_change", args=[pk])
        assert admin.post(change, {"balance": "999"}).status_code == 403
        assert admin.get(reverse(f"admin:wallet_{name}_add")).status_code == 403
        delete = reverse(f"admin:wallet_{name}_delete", args=[pk])
        assert admin.post(delete, {"post": "yes"}).status_code == 403
    wallet.refresh_from_db()
    assert wallet.balance == Decimal(5)


def test_customers_and_operators_without_the_right_are_kept_out(
    client: Client, customer: User, wallet: Wallet, db: None
) -> None:
    client.force_login(customer)
    assert client.get(step(wallet, "adjust")).status_code == 302
    clerk = User.objects.create_user("clerk@example.com", is_staff=True)
    client.force_login(clerk)
    for name in ("adjust", "pause", "resume"):
        assert client.get(step(wallet, name)).status_code == 403
        assert client.post(step(wallet, name), {"reason": "r"}).status_code == 403

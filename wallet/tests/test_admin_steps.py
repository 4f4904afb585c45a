"""The operators' steps: previewed, done once, refused with a word at the form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from creditsite.accounts.models import User
from creditsite.kernel import clock
from wallet.actions import Posting, place_hold, release_hold
from wallet.models import (
    Clawback,
    Hold,
    HoldStatus,
    LedgerEntry,
    Service,
    Wallet,
    WalletStatus,
)
from wallet.tests.conftest import ACTOR, Give
from wallet.tests.model.passing_time import PassingTime
from wallet.tests.operators import Operator, step

Spend = Callable[..., Posting]


@pytest.fixture
def admin(client: Client, operator: User) -> Operator:
    client.force_login(operator)
    return Operator(client)


def changes(preview: Any) -> dict[str, tuple[Decimal, Decimal]]:
    return {figure.label: (figure.before, figure.after) for figure in preview.figures}


def hold_of(wallet: Wallet, credits: str) -> Hold:
    return place_hold(
        wallet_id=wallet.pk,
        service="runs",
        credits=Decimal(credits),
        expires_in=timedelta(hours=1),
        idempotency_key=f"hold-{credits}",
        actor=ACTOR,
    ).hold


def test_an_adjustment_is_previewed_then_posted_once(
    admin: Operator, operator: User, wallet: Wallet, give: Give
) -> None:
    give("5")
    path = step(wallet, "adjust")
    asked = {"credits": "-2.5", "reason": "granted twice", "form_id": admin.form_id(path)}
    preview = admin.client.post(path, asked).context["preview"]
    assert changes(preview)["Balance"] == (Decimal(5), Decimal("2.5"))
    assert [(line.credits, line.balance_after) for line in preview.lines] == [
        (Decimal("-2.5"), Decimal("2.5"))
    ]
    assert LedgerEntry.objects.filter(kind="adjustment").count() == 0
    wallet.refresh_from_db()
    assert wallet.balance == 5
    for _ in range(2):
        done = admin.client.post(path, asked | {"confirmed": "yes"})
        assert done.status_code == 302
    entry = LedgerEntry.objects.get(kind="adjustment")
    assert (entry.credits, entry.reason) == (Decimal("-2.5"), "granted twice")
    assert entry.actor == str(operator.actor)
    assert "granted twice" in LogEntry.objects.get().change_message


@pytest.mark.parametrize(
    ("credits", "reason"),
    [
        ("-6", "too many"),
        ("0", "none"),
        ("NaN", "r"),
        ("1", ""),
        ("1", "  "),
        ("1", "\u200b\u2060"),
        ("", "r"),
        ("1.00001", "r"),
        ("1e30", "r"),
        ("99999999999999", "the wallet would be too full"),
    ],
)
@pytest.mark.parametrize("confirmed", [{}, {"confirmed": "yes"}])
def test_a_bad_adjustment_says_so_and_saves_nothing(
    admin: Operator,
    wallet: Wallet,
    give: Give,
    credits: str,
    reason: str,
    confirmed: dict[str, str],
) -> None:
    give("5")
    answer = admin.client.post(
        step(wallet, "adjust"),
        {"credits": credits, "reason": reason, "form_id": "k", **confirmed},
    )
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert LedgerEntry.objects.filter(kind="adjustment").count() == 0
    assert not LogEntry.objects.exists()


def test_pause_and_resume_need_a_reason(admin: Operator, wallet: Wallet) -> None:
    admin.errors(step(wallet, "pause"), reason=" ")
    wallet.refresh_from_db()
    assert wallet.status == WalletStatus.ACTIVE
    assert admin.do(step(wallet, "pause"), reason="fraud").status_code == 302
    wallet.refresh_from_db()
    assert (wallet.status, wallet.status_reason) == (WalletStatus.PAUSED, "fraud")
    assert "paused" in admin.errors(step(wallet, "pause"), reason="again")
    assert admin.do(step(wallet, "resume"), reason="cleared").status_code == 302


def test_closing_shows_what_lapses_and_open_holds_stop_it(
    admin: Operator, wallet: Wallet, service: Service, give: Give
) -> None:
    give("5")
    give("3", cost_cents=30)
    hold = hold_of(wallet, "1")
    path = step(wallet, "close")
    assert "open holds" in admin.errors(path, reason="moved away")
    admin.do(step(hold, "release"), reason="stuck")
    preview = admin.preview(path, reason="moved away")
    assert [line.credits for line in preview.lines] == [Decimal(-5), Decimal(-3)]
    assert changes(preview)["Available"] == (Decimal(8), Decimal(0))
    wallet.refresh_from_db()
    assert wallet.status == WalletStatus.ACTIVE
    admin.do(path, reason="moved away")
    wallet.refresh_from_db()
    assert (wallet.status, wallet.balance) == (WalletStatus.CLOSED, Decimal(0))


@pytest.mark.parametrize(("go_on", "taken"), [("on", 5), ("", 2)])
def test_a_claw_back_is_previewed_with_what_it_takes_and_leaves_owed(
    admin: Operator, wallet: Wallet, give: Give, go_on: str, taken: int
) -> None:
    lot = give("2", cost_cents=20).entry.draws[0][0]
    give("3")
    path = step(wallet, "claw_back")
    asked = {"credits": "8", "grant": str(lot), "go_on": go_on, "reason": "chargeback"}
    preview = admin.preview(path, **asked)
    assert changes(preview)["Debt"] == (Decimal(0), Decimal(8 - taken))
    assert changes(preview)["Balance"] == (Decimal(5), Decimal(5 - taken))
    assert f"{taken}.00 credits taken, {8 - taken}.00 owed" in preview.summary
    assert not Clawback.objects.exists()
    form_id = admin.form_id(path)
    for _ in range(2):
        admin.client.post(path, {**asked, "form_id": form_id, "confirmed": "yes"})
    assert Clawback.objects.get().taken == taken


def test_a_claw_back_names_lots_of_its_wallet_only(
    admin: Operator, stranger: User, wallet: Wallet, give: Give
) -> None:
    give("2")
    page = admin.client.get(step(stranger.wallet, "claw_back"))
    assert list(page.context["form"].fields["grant"].queryset) == []
    lot = wallet.grants.get().pk
    admin.errors(step(stranger.wallet, "claw_back"), credits="1", grant=str(lot), reason="r")


def test_a_spend_is_reversed_from_its_page(
    admin: Operator, wallet: Wallet, give: Give, spend: Spend
) -> None:
    give("5")
    give("5", priority=1)
    entry = spend("7", "a").entry
    path = step(entry, "reverse")
    preview = admin.preview(path, credits="3", reason="failed run")
    lots = [draw[0] for draw in entry.draws]
    (line,) = preview.lines
    assert [text.partition(":")[0] for text in line.lots] == [f"Lot {lots[1]}", f"Lot {lots[0]}"]
    admin.do(path, credits="3", reason="failed run")
    assert "4.0000 credits of this spend are left" in admin.errors(path, credits="5", reason="r")
    admin.do(path, reason="the rest")
    assert "given back before" in admin.errors(path, reason="r")
    reversals = LedgerEntry.objects.filter(reverses=entry).order_by("id")
    assert [reversal.credits for reversal in reversals] == [3, 4]


def test_what_is_no_spend_is_not_reversed(admin: Operator, give: Give) -> None:
    entry = give("5").entry
    assert "No spend" in admin.errors(step(entry, "reverse"), reason="r")
    page = admin.client.get(reverse("admin:wallet_ledgerentry_change", args=[entry.pk]))
    assert page.context["step_links"] == []


def test_an_open_hold_is_released_with_a_reason_in_the_history(
    admin: Operator, wallet: Wallet, service: Service, give: Give
) -> None:
    give("5")
    hold = hold_of(wallet, "2")
    preview = admin.preview(step(hold, "release"), reason="worker died")
    assert changes(preview)["Held"] == (Decimal(2), Decimal(0))
    done = admin.do(step(hold, "release"), reason="worker died")
    assert done["Location"] == reverse("admin:wallet_wallet_change", args=[wallet.pk])
    hold.refresh_from_db()
    assert hold.status == HoldStatus.RELEASED
    assert "worker died" in LogEntry.objects.get().change_message


def test_a_hold_that_is_free_already_is_not_released_again(
    admin: Operator, wallet: Wallet, service: Service, give: Give
) -> None:
    give("5")
    overdue = hold_of(wallet, "2")
    PassingTime().passes(hours=2)
    released = hold_of(wallet, "1")
    release_hold(hold=released)
    told = {overdue: "had timed out already", released: "was released already"}
    # The second time the first is written down as timed out.
    for hold, said in (*told.items(), *told.items()):
        asked = {"reason": "r", "confirmed": "yes", "form_id": admin.form_id(step(hold, "release"))}
        page = admin.client.post(step(hold, "release"), asked, follow=True).content.decode()
        assert f"Hold {hold.pk} {said}; nothing changed." in page
        assert "came free" not in page
    assert not LogEntry.objects.exists()


def test_a_lot_is_rolled_over_to_a_later_expiry(
    admin: Operator, wallet: Wallet, give: Give
) -> None:
    expiry = clock.now() + timedelta(days=3)
    lot = wallet.grants.get(pk=give("5", expires_at=expiry).entry.draws[0][0])
    path = step(lot, "roll_over")
    for wrong in (expiry - timedelta(days=1), clock.now() - timedelta(days=1)):
        errors = admin.errors(path, expires_at=wrong.strftime("%Y-%m-%dT%H:%M"), reason="r")
        assert "later than the lot" in errors
    later = (expiry + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M")
    preview = admin.preview(path, most="2", expires_at=later, reason="good will")
    assert [line.title for line in preview.lines] == [
        "Rolled over to a new lot",
        f"Rolled over from lot {lot.pk}",
    ]
    admin.do(path, most="2", expires_at=later, reason="good will")
    assert sorted(wallet.grants.values_list("remaining", flat=True)) == [2, 3]


def test_a_lot_that_never_expires_is_not_rolled_over(
    admin: Operator, wallet: Wallet, give: Give
) -> None:
    give("5")
    lot = wallet.grants.get()
    for expiry in (clock.now() + timedelta(days=30), clock.NEVER + timedelta(days=1)):
        asked = {"expires_at": expiry.strftime("%Y-%m-%dT%H:%M"), "reason": "r"}
        assert "never expires" in admin.errors(step(lot, "roll_over"), **asked)
    assert list(wallet.grants.all()) == [lot]


def test_a_lot_with_nothing_left_is_not_rolled_over(
    admin: Operator, wallet: Wallet, give: Give, spend: Spend
) -> None:
    give("5", expires_at=clock.now() + timedelta(days=3))
    spend("5", "all")
    lot = wallet.grants.get()
    later = (lot.expires_at + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M")
    assert "used up" in admin.errors(step(lot, "roll_over"), expires_at=later, reason="r")


def test_only_the_step_is_named_close(admin: Operator, wallet: Wallet) -> None:
    page = admin.client.get(reverse("admin:wallet_wallet_change", args=[wallet.pk]))
    assert page.content.decode().count(">Close<") == 1

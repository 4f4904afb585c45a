"""Closing: for good, and not while work is under way."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from creditsite.accounts.models import User
from wallet.actions import close_wallet, pause_wallet, resume_wallet
from wallet.errors import (
    ReasonRequired,
    WalletClosed,
    WalletHasOpenHolds,
    WalletStatusUnchanged,
)
from wallet.models import HoldStatus, Wallet, WalletStatus
from wallet.tests.conftest import ACTOR
from wallet.tests.model.passing_time import PassingTime
from wallet.tests.model.reading import cents, facts, figures, kinds, numbers, told
from wallet.tests.model.steps import adjust, carry, grant, hold, release, reverse, spend, take_back

pytestmark = pytest.mark.usefixtures("service")


def close(wallet: Wallet) -> Wallet:
    return close_wallet(wallet=wallet, reason="asked for", actor=ACTOR)


def test_everything_left_lapses_with_an_entry_a_lot(wallet: Wallet, operator: User) -> None:
    grant(wallet, "4", hours=5, cost_cents=40)
    grant(wallet, "9")
    closed = close_wallet(wallet=wallet, reason=" asked for ", actor=operator.actor)
    assert (closed.status, closed.status_reason) == (WalletStatus.CLOSED, "asked for")
    assert closed.balance == 0
    lapsed = list(wallet.entries.filter(kind="expiry").order_by("sequence"))
    assert [entry.credits for entry in lapsed] == [-4, -9]
    assert [cents(entry) for entry in lapsed] == [[-40], [0]]
    assert {(entry.reason, entry.actor) for entry in lapsed} == {("asked for", str(operator.actor))}
    change = wallet.status_changes.get()
    assert (change.from_status, change.to_status, change.reason) == (
        "active",
        "closed",
        "asked for",
    )
    assert "wallet.closed" in told(wallet)
    PassingTime().verify()


def test_open_holds_stop_it_and_nothing_is_written(wallet: Wallet) -> None:
    grant(wallet, "9")
    first, _second = hold(wallet, "1"), hold(wallet, "2")
    before = told(wallet)
    with pytest.raises(WalletHasOpenHolds) as refusal:
        close(wallet)
    assert facts(refusal.value) == {"open_holds": 2}
    release(first)
    with pytest.raises(WalletHasOpenHolds):
        close(wallet)
    wallet.refresh_from_db()
    assert wallet.status == WalletStatus.ACTIVE
    assert (kinds(wallet), told(wallet)) == (["grant"], before)
    assert not wallet.status_changes.exists()


def test_overdue_holds_do_not_stop_it(wallet: Wallet) -> None:
    grant(wallet, "9")
    grant(wallet, "2", hours=1)
    hold(wallet, "5", hours=1)
    take_back(wallet, "8")
    time = PassingTime()
    time.passes(hours=2)
    close(wallet)
    # Of the five, three came free in the lot that lasts and paid what was owed before.
    assert figures(wallet) == numbers(0, 0, 0, 0)
    assert kinds(wallet)[-3:] == ["expiry", "clawback", "expiry"]
    assert wallet.holds.get().status == HoldStatus.EXPIRED
    time.verify()


def test_debt_stays_visible(wallet: Wallet) -> None:
    lot = grant(wallet, "5")
    grant(wallet, "9")
    take_back(wallet, "8", lot=lot, go_on=False)
    close(wallet)
    assert figures(wallet) == numbers(0, 0, 3, 0)
    PassingTime().verify()


def test_a_closed_wallet_takes_and_gives_nothing(wallet: Wallet) -> None:
    lot = grant(wallet, "9", key="granted")
    spent = spend(wallet, "1", key="spent")
    close(wallet)
    calls: list[Callable[[], object]] = [
        lambda: grant(wallet, "1"),
        lambda: spend(wallet, "1"),
        lambda: hold(wallet, "1"),
        lambda: reverse(spent),
        lambda: adjust(wallet, "1"),
        lambda: adjust(wallet, "-1"),
        lambda: carry(lot),
    ]
    for call in calls:
        with pytest.raises(WalletClosed):
            call()
    assert spend(wallet, "1", key="spent").pk == spent.pk
    assert grant(wallet, "9", key="granted").pk == lot.pk
    assert kinds(wallet) == ["grant", "spend", "expiry"]


def test_a_paused_wallet_can_be_closed_and_a_closed_one_is_closed_for_good(wallet: Wallet) -> None:
    pause_wallet(wallet=wallet, reason="r", actor=ACTOR)
    close(wallet)
    refusals = {
        pause_wallet: "closed and can't become paused",
        resume_wallet: "closed and can't become active",
        close_wallet: "closed already",
    }
    for step, said in refusals.items():
        with pytest.raises(WalletStatusUnchanged, match=said):
            step(wallet=wallet, reason="r", actor=ACTOR)


def test_closing_needs_a_reason(wallet: Wallet) -> None:
    with pytest.raises(ReasonRequired):
        close_wallet(wallet=wallet, reason=" ", actor=ACTOR)
    wallet.refresh_from_db()
    assert wallet.status == WalletStatus.ACTIVE

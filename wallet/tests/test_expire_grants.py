"""Expiry: credits lapse at their moment, the sweep only writes it down."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from creditsite.accounts.models import User
from wallet.actions import expire_grants, open_wallet
from wallet.models import HoldStatus, Wallet
from wallet.tests.model.passing_time import PassingTime
from wallet.tests.model.reading import cents, draws, figures, kinds, newest, numbers, state
from wallet.tests.model.steps import grant, hold, release, reverse, spend, take_back
from wallet.tests.tampering import tamper

pytestmark = pytest.mark.usefixtures("service")


def test_the_sweep_lets_expired_lots_lapse_with_an_entry_each(wallet: Wallet) -> None:
    second, first = grant(wallet, "4", hours=2, cost_cents=9), grant(wallet, "3", hours=1)
    lasting = grant(wallet, "5", hours=9)
    time = PassingTime()
    time.passes(hours=3)
    assert figures(wallet) == numbers(12, 0, 0, 5)
    assert expire_grants() == 2
    assert figures(wallet) == numbers(5, 0, 0, 5)
    lapsed = list(wallet.entries.filter(kind="expiry").order_by("sequence"))
    assert [draws(entry) for entry in lapsed] == [[(first.pk, -3)], [(second.pk, -4)]]
    assert [cents(entry) for entry in lapsed] == [[0], [-9]]
    assert state(lasting) == (5, 0)
    time.verify()


def test_a_second_sweep_finds_nothing(wallet: Wallet) -> None:
    grant(wallet, "3", hours=1)
    PassingTime().passes(hours=2)
    assert expire_grants() == 1
    assert expire_grants() == 0
    assert kinds(wallet) == ["grant", "expiry"]


def test_the_sweep_visits_every_wallet_that_has_something_due(
    wallet: Wallet, stranger: User
) -> None:
    other = open_wallet(customer=stranger)
    grant(wallet, "3", hours=1)
    grant(other, "3")
    hold(other, "2", hours=1)
    PassingTime().passes(hours=2)
    assert expire_grants() == 2
    assert figures(wallet) == numbers(0, 0, 0, 0)
    assert figures(other) == numbers(3, 0, 0, 3)
    assert other.holds.get().status == HoldStatus.EXPIRED
    assert other.events.get(kind="hold.expired").data == {
        "hold": other.holds.get().pk,
        "credits": "2.0000",
    }


def test_a_hold_and_its_lot_that_are_both_over_lapse_together(wallet: Wallet) -> None:
    grant(wallet, "5", hours=2)
    hold(wallet, "3", hours=1)
    time = PassingTime()
    time.passes(hours=3)
    assert figures(wallet) == numbers(5, 3, 0, 0)
    assert expire_grants() == 2
    assert newest(wallet).credits == -5
    assert figures(wallet) == numbers(0, 0, 0, 0)
    time.verify()


def test_what_an_open_hold_keeps_does_not_lapse(wallet: Wallet) -> None:
    lot = grant(wallet, "5", hours=1)
    placed = hold(wallet, "3", hours=9)
    time = PassingTime()
    time.passes(hours=2)
    assert expire_grants() == 1
    assert state(lot) == (3, 3)
    assert expire_grants() == 0
    release(placed)
    assert kinds(wallet) == ["grant", "expiry", "expiry"]
    assert figures(wallet) == numbers(0, 0, 0, 0)
    time.verify()


def test_the_wallet_looks_for_the_next_expiry_after_each_change(wallet: Wallet) -> None:
    short = grant(wallet, "5", hours=1)
    grant(wallet, "7", hours=3)
    spent, time = spend(wallet, "5"), PassingTime()
    time.passes(hours=0.5)
    expire_grants()
    reverse(spent)
    time.passes(hours=1)
    assert figures(wallet) == numbers(12, 0, 0, 7)
    spend(wallet, "1")
    assert state(short) == (0, 0)
    time.passes(hours=2)
    assert figures(wallet) == numbers(6, 0, 0, 0)
    assert expire_grants() == 1
    time.verify()


def test_timed_out_holds_pay_debt_when_swept(wallet: Wallet) -> None:
    grant(wallet, "5")
    hold(wallet, "5", hours=1)
    take_back(wallet, "3")
    time = PassingTime()
    time.passes(hours=2)
    assert expire_grants() == 1
    assert figures(wallet) == numbers(2, 0, 0, 2)
    time.verify()


def test_a_lot_granted_after_its_time_is_worth_nothing(wallet: Wallet) -> None:
    grant(wallet, "5", hours=-1)
    assert figures(wallet) == numbers(5, 0, 0, 0)
    assert expire_grants() == 1
    assert figures(wallet) == numbers(0, 0, 0, 0)
    PassingTime().verify()


def test_a_wallet_that_cannot_be_swept_stops_no_other(wallet: Wallet, stranger: User) -> None:
    other = open_wallet(customer=stranger)
    for one in (wallet, other):
        grant(one, "10")
        hold(one, "4", hours=1)
    PassingTime().passes(hours=2)
    for broken, sound in ((wallet, other), (other, wallet)):
        with transaction.atomic():
            tamper(f"UPDATE wallet_grant SET held = 1 WHERE wallet_id = {broken.pk}")
            with pytest.raises(IntegrityError):
                expire_grants()
            assert figures(sound).held == 0
            assert figures(broken).held == 4
            transaction.set_rollback(True)


def test_many_holds_at_once_cost_no_more_writes_of_the_wallet(wallet: Wallet) -> None:
    written = []
    for count in (1, 30):
        lot = grant(wallet, "10")
        for _ in range(count):
            hold(wallet, "0.3", hours=1)
        PassingTime().passes(hours=2)
        before = updates_so_far()
        assert expire_grants() == count
        written.append(updates_so_far() - before)
        lot.refresh_from_db()
        assert (figures(wallet).held, lot.held) == (0, 0)
    assert written == [3, 3]


def updates_so_far() -> int:
    """Return how many rows of wallets and lots this transaction has written anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_stat_get_xact_tuples_updated(name::regclass))"
            " FROM unnest(ARRAY['wallet_wallet', 'wallet_grant']) AS name"
        )
        count = cursor.fetchone()[0]
    return int(count)

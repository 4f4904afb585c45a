"""What comes free of a hold: it lapses where its time is over, and pays debt first."""

from __future__ import annotations

import pytest

from wallet.errors import (
    InsufficientCredits,
)
from wallet.models import Wallet
from wallet.tests.model.passing_time import PassingTime
from wallet.tests.model.reading import draws, figures, kinds, numbers, state
from wallet.tests.model.steps import (
    capture,
    grant,
    hold,
    release,
    spend,
    take_back,
)

pytestmark = pytest.mark.usefixtures("service")


def test_what_is_held_does_not_lapse_until_it_is_freed(wallet: Wallet) -> None:
    lot = grant(wallet, "10", hours=1)
    placed, time = hold(wallet, "6", hours=5), PassingTime()
    time.passes(hours=2)
    assert figures(wallet) == numbers(10, 6, 0, 0)
    entry = capture(placed, "5").entry
    assert draws(entry) == [(lot.pk, -5)]
    assert kinds(wallet) == ["grant", "spend", "expiry"]
    assert figures(wallet) == numbers(0, 0, 0, 0)
    time.verify()


def test_what_lapsed_is_swept_around_an_open_hold(wallet: Wallet) -> None:
    lot = grant(wallet, "10", hours=1)
    grant(wallet, "3")
    placed, time = hold(wallet, "6", hours=5), PassingTime()
    time.passes(hours=2)
    spend(wallet, "3")
    assert state(lot) == (6, 6)
    release(placed)
    assert kinds(wallet) == ["grant", "grant", "expiry", "spend", "expiry"]
    assert figures(wallet) == numbers(0, 0, 0, 0)
    time.verify()


def test_what_comes_free_of_a_hold_pays_debt_first(wallet: Wallet) -> None:
    lot = grant(wallet, "10")
    released, captured, overdue = hold(wallet, "2"), hold(wallet, "3"), hold(wallet, "5", hours=0.5)
    take_back(wallet, "9", lot=lot)
    assert figures(wallet) == numbers(10, 10, 9, 0)
    release(released)
    assert figures(wallet) == numbers(8, 8, 7, 0)
    capture(captured, "1")
    assert figures(wallet) == numbers(5, 5, 5, 0)
    time = PassingTime()
    time.passes(hours=0.75)
    assert figures(wallet).available == 0
    release(overdue)
    assert figures(wallet) == numbers(0, 0, 0, 0)
    assert kinds(wallet) == ["grant", "clawback", "spend", "clawback", "clawback"]
    time.verify()


def test_an_overdue_hold_pays_debt_before_anything_is_spent(wallet: Wallet) -> None:
    grant(wallet, "10")
    hold(wallet, "10", hours=1)
    take_back(wallet, "4")
    PassingTime().passes(hours=2)
    assert figures(wallet) == numbers(10, 10, 4, 6)
    with pytest.raises(InsufficientCredits):
        spend(wallet, "6.0001")
    assert spend(wallet, "6").balance_after == 0
    assert figures(wallet) == numbers(0, 0, 0, 0)


def test_freed_credits_that_lapse_pay_no_debt_from_other_lots(wallet: Wallet) -> None:
    short, _long = grant(wallet, "5", hours=1), grant(wallet, "10")
    placed, time = hold(wallet, "5", hours=9), PassingTime()
    take_back(wallet, "5", lot=short, go_on=False)
    time.passes(hours=2)
    release(placed)
    assert figures(wallet) == numbers(10, 0, 5, 10)
    time.verify()


def test_a_part_freed_by_a_capture_pays_debt_only_where_it_did_not_lapse(wallet: Wallet) -> None:
    short, other = grant(wallet, "5", hours=1), grant(wallet, "10")
    placed, time = hold(wallet, "7", hours=9), PassingTime()
    take_back(wallet, "5", lot=short, go_on=False)
    time.passes(hours=2)
    # Of the seven, four are captured and one lapses: two come free in the lot that lasts.
    capture(placed, "4")
    assert figures(wallet) == numbers(8, 0, 3, 8)
    assert state(other) == (8, 0)
    time.verify()

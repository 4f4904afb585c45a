"""Warnings: told when credits fall, once, and never when nothing was lost."""

from __future__ import annotations

from decimal import Decimal

import pytest

from wallet.models import Wallet
from wallet.tests.model.passing_time import PassingTime
from wallet.tests.model.reading import told
from wallet.tests.model.steps import (
    adjust,
    capture,
    carry,
    grant,
    hold,
    release,
    reverse,
    spend,
    take_back,
)

pytestmark = pytest.mark.usefixtures("service")


@pytest.fixture
def watched(wallet: Wallet) -> Wallet:
    """A wallet that warns below fifty credits."""
    Wallet.objects.filter(pk=wallet.pk).update(alert_below=Decimal(50))
    return wallet


def test_falling_below_the_warning_and_to_nothing_is_told_once_each(watched: Wallet) -> None:
    grant(watched, "100")
    spend(watched, "50")
    assert told(watched) == []
    spend(watched, "1")
    spend(watched, "1")
    assert told(watched) == ["balance.low"]
    spend(watched, "48")
    assert told(watched) == ["balance.low", "balance.depleted"]


def test_what_is_told_says_how_much_is_left(watched: Wallet) -> None:
    grant(watched, "100")
    spend(watched, "60")
    assert watched.events.get().data == {"available": "40.0000", "alert_below": "50.0000"}


def test_a_fall_to_nothing_at_once_is_told_as_that(watched: Wallet) -> None:
    grant(watched, "100")
    spend(watched, "100")
    assert told(watched) == ["balance.depleted"]


def test_recovering_makes_the_next_fall_worth_telling(watched: Wallet) -> None:
    grant(watched, "100")
    spent = spend(watched, "60")
    reverse(spent)
    spend(watched, "60")
    assert told(watched) == ["balance.low"] * 2


def test_credits_that_come_in_are_no_warning_though_they_are_few(watched: Wallet) -> None:
    grant(watched, "10")
    adjust(watched, "10")
    assert told(watched) == []


def test_a_hold_is_told_like_a_spend_and_its_capture_not_again(watched: Wallet) -> None:
    grant(watched, "100")
    low, nothing = hold(watched, "60"), hold(watched, "40")
    assert told(watched) == ["balance.low", "balance.depleted"]
    capture(low, "60")
    capture(nothing, "40")
    assert told(watched) == ["balance.low", "balance.depleted"]


def test_a_released_hold_makes_the_next_fall_worth_telling(watched: Wallet) -> None:
    grant(watched, "100")
    release(hold(watched, "100"))
    spend(watched, "60")
    assert told(watched) == ["balance.depleted", "balance.low"]


def test_a_part_freed_by_a_capture_makes_the_next_fall_worth_telling(watched: Wallet) -> None:
    grant(watched, "100")
    capture(hold(watched, "90"), "10")
    spend(watched, "80")
    assert told(watched) == ["balance.low", "balance.low"]


def test_lapsed_and_clawed_back_credits_are_told(watched: Wallet) -> None:
    grant(watched, "60", hours=1)
    grant(watched, "40")
    PassingTime().passes(hours=2)
    spend(watched, "1")
    assert told(watched) == ["balance.low"]
    take_back(watched, "39")
    assert told(watched) == ["balance.low", "balance.depleted"]


def test_rolling_over_all_there_is_is_no_loss(watched: Wallet) -> None:
    carry(grant(watched, "100", hours=1))
    assert told(watched) == []
    spend(watched, "60")
    assert told(watched) == ["balance.low"]


def test_rolling_over_few_credits_is_not_told_again(watched: Wallet) -> None:
    lot = grant(watched, "100", hours=1)
    spend(watched, "60")
    carry(lot)
    spend(watched, "1")
    assert told(watched) == ["balance.low"]


def test_paying_debt_from_what_comes_in_or_comes_free_is_no_fall(watched: Wallet) -> None:
    grant(watched, "100")
    placed = hold(watched, "60")
    take_back(watched, "140")
    assert told(watched) == ["balance.low", "balance.depleted"]
    grant(watched, "30")
    release(placed)
    assert told(watched) == ["balance.low", "balance.depleted"]
    grant(watched, "100")
    spend(watched, "60")
    assert told(watched) == ["balance.low", "balance.depleted", "balance.low"]

"""Roll-overs: credits go on in a new lot with all they are worth."""

from __future__ import annotations

from datetime import timedelta

import pytest

from creditsite.kernel import clock
from creditsite.kernel.errors import IdempotencyKeyReused
from wallet.actions import close_wallet, expire_grants, pause_wallet
from wallet.errors import (
    CreditsOutOfRange,
    ExpiryInThePast,
    ExpiryTooEarly,
    GrantNotFound,
    NothingToRollOver,
    WalletClosed,
)
from wallet.models import Grant, GrantSource, Wallet
from wallet.tests.conftest import ACTOR
from wallet.tests.model.passing_time import PassingTime
from wallet.tests.model.reading import cents, draws, figures, kinds, numbers, state
from wallet.tests.model.steps import carry, grant, hold, spend, take_back

pytestmark = pytest.mark.usefixtures("service")


def test_what_is_left_goes_on_in_a_new_lot_with_its_value_and_priority(wallet: Wallet) -> None:
    old = grant(wallet, "9", hours=1, priority=2, cost_cents=100)
    spend(wallet, "2")
    entry = carry(old, hours=48)
    made = wallet.grants.get(source=GrantSource.ROLLOVER)
    lapsed = wallet.entries.get(kind="expiry")
    assert draws(lapsed) == [(old.pk, -7)]
    assert draws(entry) == [(made.pk, 7)]
    assert (cents(lapsed), cents(entry)) == ([-78], [78])
    assert (made.credits, made.cost_cents, made.priority) == (7, 78, 2)
    assert made.reference == entry.reference == f"lot {old.pk}"
    assert abs(made.expires_at - clock.now() - timedelta(hours=48)) < timedelta(minutes=1)
    assert state(old) == (0, 0)
    assert figures(wallet) == numbers(7, 0, 0, 7)
    PassingTime().verify()


def test_no_more_than_the_most_allowed_goes_on(wallet: Wallet) -> None:
    old, time = grant(wallet, "9", hours=1), PassingTime()
    assert carry(old, most="4").credits == 4
    assert carry(old, most="100").credits == 5
    time.passes(hours=2)
    assert figures(wallet) == numbers(9, 0, 0, 9)
    time.verify()


def test_nothing_goes_on_into_a_lot_that_has_expired(wallet: Wallet) -> None:
    old = grant(wallet, "9", hours=1)
    with pytest.raises(ExpiryInThePast):
        carry(old, hours=-0.01, key="a")
    assert state(old) == (9, 0)
    assert kinds(wallet) == ["grant"]
    # A refusal does not use up its key.
    assert carry(old, key="a").credits == 9


@pytest.mark.parametrize("life", [100, None])
def test_no_credits_expire_sooner_for_it(wallet: Wallet, life: float | None) -> None:
    old = grant(wallet, "9", hours=life)
    with pytest.raises(ExpiryTooEarly):
        carry(old, hours=1)
    assert state(old) == (9, 0)


def test_held_credits_stay_where_they_are(wallet: Wallet) -> None:
    old = grant(wallet, "9", hours=1)
    hold(wallet, "5")
    assert carry(old).credits == 4
    assert state(old) == (5, 5)
    with pytest.raises(NothingToRollOver):
        carry(old)


def test_a_lot_goes_on_until_the_sweep_has_come_by(wallet: Wallet) -> None:
    late, later, time = grant(wallet, "5", hours=1), grant(wallet, "6", hours=1), PassingTime()
    time.passes(hours=2)
    carry(late)
    assert figures(wallet) == numbers(11, 0, 0, 5)
    expire_grants()
    with pytest.raises(NothingToRollOver):
        carry(later)
    assert kinds(wallet) == ["grant", "grant", "expiry", "grant", "expiry"]
    time.verify()


def test_rolling_over_pays_no_debt(wallet: Wallet) -> None:
    named, old = grant(wallet, "1"), grant(wallet, "9", hours=1)
    take_back(wallet, "4", lot=named, go_on=False)
    carry(old)
    assert figures(wallet) == numbers(9, 0, 3, 9)


def test_a_repeated_key_answers_the_first_posting(wallet: Wallet) -> None:
    old, other = grant(wallet, "9", hours=1), grant(wallet, "9", hours=1, key="granted")
    first = carry(old, key="k")
    assert carry(old, key="k").pk == first.pk
    for lot, most, key in ((old, "1", "k"), (other, None, "k"), (other, None, "granted")):
        with pytest.raises(IdempotencyKeyReused):
            carry(lot, most=most, key=key)
    assert figures(wallet) == numbers(18, 0, 0, 18)


def test_a_paused_wallet_rolls_over_and_a_closed_one_does_not(wallet: Wallet) -> None:
    old = grant(wallet, "9", hours=1)
    pause_wallet(wallet=wallet, reason="r", actor=ACTOR)
    first = carry(old, most="4", key="k")
    close_wallet(wallet=wallet, reason="r", actor=ACTOR)
    assert carry(old, most="4", key="k").pk == first.pk
    with pytest.raises(WalletClosed):
        carry(old)


def test_a_lot_that_is_not_there_or_credits_that_are_none_are_refused(wallet: Wallet) -> None:
    with pytest.raises(GrantNotFound):
        carry(Grant(pk=10**9))
    old = grant(wallet, "9", hours=1)
    for most in ("0", "-1", "0.00001"):
        with pytest.raises(CreditsOutOfRange):
            carry(old, most=most)
    assert kinds(wallet) == ["grant"]

"""Reversals: never more than the spend took, back to the lots it came from."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from creditsite.kernel import clock
from creditsite.kernel.errors import IdempotencyKeyReused
from wallet.actions import close_wallet, pause_wallet, reverse_spend
from wallet.actions.spend import REVERSAL_GRACE
from wallet.errors import (
    CreditsOutOfRange,
    ReasonRequired,
    ReversalTooLarge,
    SpendAlreadyReversed,
    SpendNotFound,
    WalletClosed,
)
from wallet.models import GrantSource, UsageDay, Wallet
from wallet.tests.conftest import ACTOR
from wallet.tests.model.passing_time import PassingTime
from wallet.tests.model.reading import cents, draws, facts, figures, kinds, numbers, state
from wallet.tests.model.steps import grant, hold, reverse, spend, take_back
from wallet.tests.tampering import verify

pytestmark = pytest.mark.usefixtures("service")


def test_a_reversed_spend_gives_all_of_it_back_to_its_lots(wallet: Wallet) -> None:
    first, second = grant(wallet, "4", hours=5), grant(wallet, "10")
    spent = spend(wallet, "6")
    entry = reverse(spent)
    assert (entry.kind, entry.credits, entry.reverses_id) == ("reversal", 6, spent.pk)
    assert draws(entry) == [(second.pk, 2), (first.pk, 4)]
    assert (state(first), state(second)) == ((4, 0), (10, 0))
    first.refresh_from_db()
    assert first.is_open
    PassingTime().verify()


def test_parts_go_back_to_the_lots_last_drawn_first(wallet: Wallet) -> None:
    first, second, third = (grant(wallet, "2", hours=hours) for hours in (1, 2, 3))
    spent = spend(wallet, "6")
    assert draws(reverse(spent, "1")) == [(third.pk, 1)]
    assert draws(reverse(spent, "2")) == [(third.pk, 1), (second.pk, 1)]
    assert draws(reverse(spent)) == [(second.pk, 1), (first.pk, 2)]


def test_no_more_comes_back_than_is_left_of_the_spend(wallet: Wallet) -> None:
    grant(wallet, "10")
    spent = spend(wallet, "6")
    reverse(spent, "4")
    with pytest.raises(ReversalTooLarge) as refusal:
        reverse(spent, "2.0001", key="k")
    assert facts(refusal.value) == {"left": 2}
    reverse(spent, "2", key="k")
    for credits in (None, "0.0001"):
        with pytest.raises(SpendAlreadyReversed):
            reverse(spent, credits)
    assert figures(wallet) == numbers(10, 0, 0, 10)


def test_a_repeated_key_answers_the_first_reversal(wallet: Wallet) -> None:
    grant(wallet, "10", key="granted")
    spent = spend(wallet, "6")
    first = reverse(spent, "2", key="k")
    assert reverse(spent, "2", key="k").pk == first.pk
    for credits, key in (("3", "k"), ("2", "granted")):
        with pytest.raises(IdempotencyKeyReused):
            reverse(spent, credits, key=key)
    assert figures(wallet).balance == 6


def test_a_repeated_reversal_of_all_answers_the_first_one(wallet: Wallet) -> None:
    grant(wallet, "10")
    spent = spend(wallet, "6")
    first = reverse(spent, key="k")
    assert reverse(spent, key="k").pk == first.pk


def test_what_came_from_an_expired_lot_comes_back_as_a_lot_with_grace(wallet: Wallet) -> None:
    short = grant(wallet, "4", hours=1, priority=3, cost_cents=100)
    lasting = grant(wallet, "10", hours=9, priority=4)
    spent, time = spend(wallet, "6"), PassingTime()
    time.passes(hours=2)
    entry = reverse(spent)
    made = wallet.grants.get(source=GrantSource.REVERSAL)
    assert draws(entry) == [(lasting.pk, 2), (made.pk, 4)]
    assert cents(entry) == [0, 100]
    assert (made.credits, made.cost_cents, made.priority) == (4, 100, 3)
    assert abs(made.expires_at - clock.now() - REVERSAL_GRACE) < timedelta(minutes=1)
    assert state(short) == (0, 0)
    assert figures(wallet) == numbers(14, 0, 0, 14)
    time.verify()


def test_value_returns_in_parts_without_losing_or_making_a_cent(wallet: Wallet) -> None:
    grant(wallet, "3", hours=1, cost_cents=100)
    spent, time = spend(wallet, "2.5"), PassingTime()
    assert cents(spent) == [-83]
    time.passes(hours=2)
    values = [reverse(spent, "0.7").cost_cents for _ in range(3)] + [reverse(spent).cost_cents]
    assert sum(values) == 83
    standing = sum(lot.cost_cents for lot in wallet.grants.filter(source=GrantSource.REVERSAL))
    assert standing == 83
    time.verify()


@pytest.mark.parametrize(
    ("lot", "before", "spent", "drawn", "living", "expired"),
    [("3", "1", "2", -1, 0, 1), ("5", "1", "2", -1, 1, 0), ("5", "1", "4", -1, 0, 1)],
)
def test_no_cent_is_lost_or_made_where_the_lot_expires_between_two_parts(
    wallet: Wallet, lot: str, before: str, spent: str, drawn: int, living: int, expired: int
) -> None:
    grant(wallet, lot, hours=1, cost_cents=1)
    spend(wallet, before)
    entry, time = spend(wallet, spent), PassingTime()
    assert entry.cost_cents == drawn
    assert reverse(entry, "1").cost_cents == living
    time.passes(hours=2)
    assert reverse(entry).cost_cents == expired
    time.verify()


def test_the_parts_of_each_draw_keep_to_its_value(wallet: Wallet) -> None:
    grant(wallet, "3", hours=1, priority=1, cost_cents=100)
    grant(wallet, "3", hours=1, priority=2, cost_cents=10)
    spent, time = spend(wallet, "6"), PassingTime()
    reverse(spent, "1")
    time.passes(hours=2)
    backs = [reverse(spent, "1") for _ in range(5)]
    assert [back.cost_cents for back in backs] == [4, 3, 33, 34, 33]
    time.verify()


def test_credits_given_back_pay_debt_first(wallet: Wallet) -> None:
    grant(wallet, "10")
    spent = spend(wallet, "8")
    take_back(wallet, "5")
    assert figures(wallet) == numbers(0, 0, 3, 0)
    reverse(spent)
    assert figures(wallet) == numbers(5, 0, 0, 5)
    assert kinds(wallet) == ["grant", "spend", "clawback", "reversal", "clawback"]
    PassingTime().verify()


def test_what_is_held_meanwhile_stays_held(wallet: Wallet) -> None:
    lot = grant(wallet, "10")
    spent = spend(wallet, "4")
    hold(wallet, "6")
    reverse(spent)
    assert state(lot) == (10, 6)
    assert figures(wallet) == numbers(10, 6, 0, 4)


def test_a_paused_wallet_gets_its_credits_back(wallet: Wallet) -> None:
    grant(wallet, "10")
    spent = spend(wallet, "4")
    pause_wallet(wallet=wallet, reason="r", actor=ACTOR)
    assert reverse(spent).balance_after == 10


def test_a_closed_wallet_gets_nothing_back_but_repeated_answers(wallet: Wallet) -> None:
    grant(wallet, "10")
    spent, other = spend(wallet, "4"), spend(wallet, "1")
    first = reverse(spent, key="k")
    close_wallet(wallet=wallet, reason="r", actor=ACTOR)
    assert reverse(spent, key="k").pk == first.pk
    with pytest.raises(WalletClosed):
        reverse(other)


def test_only_spends_are_reversed(wallet: Wallet) -> None:
    grant(wallet, "10")
    reversal = reverse(spend(wallet, "4"))
    granted = wallet.entries.get(kind="grant")
    for entry in (granted, reversal):
        with pytest.raises(SpendNotFound):
            reverse(entry)


def test_a_reversal_needs_a_reason_and_possible_credits(wallet: Wallet) -> None:
    grant(wallet, "10")
    spent = spend(wallet, "4")
    with pytest.raises(ReasonRequired):
        reverse_spend(spend=spent, reason=" ", idempotency_key="k", actor=ACTOR)
    for credits in ("0", "-1", "0.00001", "NaN"):
        with pytest.raises(CreditsOutOfRange):
            reverse(spent, credits)
    assert kinds(wallet) == ["grant", "spend"]


def test_a_reversal_that_does_not_fit_the_wallet_is_refused(wallet: Wallet) -> None:
    most = str(Decimal(10) ** 14 - 1)
    grant(wallet, most)
    spent = spend(wallet, "2")
    grant(wallet, "2")
    with pytest.raises(CreditsOutOfRange):
        reverse(spent)
    assert figures(wallet).balance == Decimal(most)


def test_a_day_counts_what_was_spent_given_back_and_spent_again(wallet: Wallet) -> None:
    most = "90000000000000"
    grant(wallet, most)
    reverse(spend(wallet, most))
    spend(wallet, most)
    day = UsageDay.objects.get()
    assert (day.credits, day.reversed) == (2 * Decimal(most), Decimal(most))
    assert verify()[0] == 0

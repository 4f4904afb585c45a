"""Claw-backs: the named lot first, then the others or none; what is not there is owed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from creditsite.accounts.models import User
from creditsite.kernel.errors import IdempotencyKeyReused
from wallet.actions import claw_back, close_wallet, open_wallet, pause_wallet
from wallet.errors import CreditsOutOfRange, GrantNotFound, ReasonRequired, WalletNotFound
from wallet.models import Clawback, LedgerEntry, Wallet
from wallet.tests.conftest import ACTOR
from wallet.tests.model.passing_time import PassingTime
from wallet.tests.model.reading import cents, draws, figures, kinds, newest, numbers, state
from wallet.tests.model.steps import adjust, grant, hold, spend, take_back

pytestmark = pytest.mark.usefixtures("service")


def test_the_named_lot_pays_first_then_the_others_in_the_published_order(wallet: Wallet) -> None:
    sooner, later = grant(wallet, "3", hours=1, cost_cents=30), grant(wallet, "4", hours=2)
    named = grant(wallet, "5", cost_cents=100)
    made = take_back(wallet, "9", lot=named)
    entry = newest(wallet)
    assert (made.taken, made.owed, made.entry_id) == (9, 0, entry.pk)
    assert draws(entry) == [(named.pk, -5), (sooner.pk, -3), (later.pk, -1)]
    assert (cents(entry), entry.cost_cents) == ([-100, -30, 0], -130)
    assert figures(wallet) == numbers(3, 0, 0, 3)
    PassingTime().verify()


def test_it_stops_at_the_named_lot_where_told_and_the_rest_is_owed(wallet: Wallet) -> None:
    named, _other = grant(wallet, "5"), grant(wallet, "10")
    made = take_back(wallet, "8", lot=named, go_on=False)
    assert (made.taken, made.owed) == (5, 3)
    assert figures(wallet) == numbers(10, 0, 3, 10)
    PassingTime().verify()


def test_without_a_lot_the_published_order_pays(wallet: Wallet) -> None:
    later, sooner = grant(wallet, "5"), grant(wallet, "5", hours=1)
    take_back(wallet, "6")
    assert draws(newest(wallet)) == [(sooner.pk, -5), (later.pk, -1)]


def test_what_is_not_there_is_owed_and_makes_no_entry(wallet: Wallet) -> None:
    made = take_back(wallet, "7")
    assert (made.credits, made.taken, made.owed, made.entry) == (7, 0, 7, None)
    assert figures(wallet) == numbers(0, 0, 7, 0)
    assert kinds(wallet) == []
    PassingTime().verify()


def test_what_is_held_or_expired_is_not_taken(wallet: Wallet) -> None:
    expired, lasting = grant(wallet, "5", hours=1), grant(wallet, "10")
    hold(wallet, "9", hours=5)
    time = PassingTime()
    time.passes(hours=2)
    made = take_back(wallet, "20", lot=expired)
    assert (made.taken, made.owed) == (6, 14)
    assert (state(expired), state(lasting)) == ((5, 5), (4, 4))
    time.verify()


@pytest.mark.parametrize("way", ["grant", "adjust"])
def test_what_comes_in_pays_debt_first_with_an_entry(wallet: Wallet, way: str) -> None:
    take_back(wallet, "7")
    {"grant": grant, "adjust": adjust}[way](wallet, "5")  # type: ignore[operator]
    assert figures(wallet) == numbers(0, 0, 2, 0)
    entry = newest(wallet)
    assert (entry.kind, entry.credits) == ("clawback", -5)
    assert entry.metadata == {"repaid_debt": "5.0000", "debt_left": "2.0000"}
    grant(wallet, "5")
    assert figures(wallet) == numbers(3, 0, 0, 3)
    PassingTime().verify()


def test_no_more_debt_is_paid_than_came_in(wallet: Wallet) -> None:
    named = grant(wallet, "5")
    grant(wallet, "10")
    take_back(wallet, "25", lot=named, go_on=False)
    grant(wallet, "4")
    assert figures(wallet) == numbers(10, 0, 16, 10)


def test_credits_that_come_in_expired_pay_no_debt_from_other_lots(wallet: Wallet) -> None:
    named = grant(wallet, "5")
    grant(wallet, "10")
    take_back(wallet, "10", lot=named, go_on=False)
    grant(wallet, "4", hours=-1)
    assert figures(wallet) == numbers(14, 0, 5, 10)
    spend(wallet, "10")
    assert figures(wallet) == numbers(0, 0, 5, 0)


def test_a_repeated_key_answers_the_first_claw_back(wallet: Wallet) -> None:
    lot = grant(wallet, "5")
    first = take_back(wallet, "3", lot=lot, key="k")
    assert take_back(wallet, "3", lot=lot, key="k").pk == first.pk
    for change in ({"go_on": False}, {"reference": "x"}, {"lot": None}):
        with pytest.raises(IdempotencyKeyReused):
            take_back(wallet, "3", **({"lot": lot, "key": "k"} | change))  # type: ignore[arg-type]
    assert figures(wallet) == numbers(2, 0, 0, 2)
    assert Clawback.objects.count() == 1


def test_a_key_that_an_entry_or_a_hold_has_is_refused(wallet: Wallet) -> None:
    grant(wallet, "5", key="granted")
    hold(wallet, "1", key="held")
    for key in ("granted", "held"):
        with pytest.raises(IdempotencyKeyReused):
            take_back(wallet, "3", key=key)
        with pytest.raises(IdempotencyKeyReused):
            take_back(wallet, "3", go_on=False, key=key)
    assert figures(wallet) == numbers(5, 1, 0, 4)


def test_a_lot_of_another_wallet_is_not_found_and_nothing_is_written(
    wallet: Wallet, stranger: User
) -> None:
    foreign = grant(open_wallet(customer=stranger), "5")
    grant(wallet, "5", hours=1)
    PassingTime().passes(hours=2)
    before = LedgerEntry.objects.count()
    with pytest.raises(GrantNotFound):
        take_back(wallet, "3", lot=foreign)
    assert LedgerEntry.objects.count() == before
    assert figures(wallet) == numbers(5, 0, 0, 0)


def test_a_paused_wallet_is_clawed_back_from(wallet: Wallet) -> None:
    grant(wallet, "5")
    pause_wallet(wallet=wallet, reason="r", actor=ACTOR)
    assert take_back(wallet, "3").taken == 3


def test_a_closed_wallet_owes_all_of_it(wallet: Wallet) -> None:
    lot = grant(wallet, "5")
    first = take_back(wallet, "2", lot=lot, key="k")
    close_wallet(wallet=wallet, reason="r", actor=ACTOR)
    assert take_back(wallet, "2", lot=lot, key="k").pk == first.pk
    made = take_back(wallet, "3", lot=lot)
    assert (made.taken, made.owed) == (0, 3)
    assert figures(wallet) == numbers(0, 0, 3, 0)
    PassingTime().verify()


def test_a_claw_back_needs_a_reason_a_wallet_and_possible_credits(wallet: Wallet) -> None:
    with pytest.raises(ReasonRequired):
        claw_back(
            wallet=wallet,
            credits=Decimal(1),
            reference="",
            reason=" ",
            idempotency_key="k",
            actor=ACTOR,
        )
    with pytest.raises(WalletNotFound):
        take_back(Wallet(pk=10**9), "1")
    for credits in ("0", "-1", "0.00001", "1E+14"):
        with pytest.raises(CreditsOutOfRange):
            take_back(wallet, credits)
    assert not Clawback.objects.exists()


def test_debt_that_does_not_fit_a_wallet_is_refused(wallet: Wallet) -> None:
    most = str(Decimal(10) ** 14 - 1)
    take_back(wallet, most)
    with pytest.raises(CreditsOutOfRange):
        take_back(wallet, "1")
    assert figures(wallet).debt == Decimal(most)

"""The ledger at the very moment that something ends, and at the largest numbers."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction

from wallet.errors import CreditsOutOfRange
from wallet.models import Grant, Hold, Wallet
from wallet.tests.model.passing_time import verify
from wallet.tests.model.reading import draws, figures, numbers
from wallet.tests.model.steps import adjust, grant, hold, reverse, spend, take_back

pytestmark = pytest.mark.usefixtures("service")

INSTANT = timedelta(microseconds=1)
MOST = str(Decimal(10) ** 14 - Decimal("0.0001"))


def value_of(statement: str, *parameters: int | Decimal | datetime) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()[0]


def available(wallet: Wallet, at: datetime) -> Decimal:
    found = value_of(
        "SELECT ledger_available(w, %s) FROM wallet_wallet AS w WHERE id = %s", at, wallet.pk
    )
    assert isinstance(found, Decimal)
    return found


def drawable(wallet: Wallet, credits: Decimal, at: datetime) -> bool:
    """Tell whether lots would be found for the credits once what is due then was swept."""
    with transaction.atomic():
        value_of("SELECT ledger_sweep(w, %s) FROM wallet_wallet AS w WHERE id = %s", at, wallet.pk)
        found = value_of("SELECT lots FROM ledger_choose_lots(%s, %s, %s)", wallet.pk, credits, at)
        transaction.set_rollback(True)
    return found is not None


def busy(wallet: Wallet, *, debt: str) -> None:
    """Leave lots and holds that end at different times, across each other, and debt."""
    named = grant(wallet, "3", hours=1)
    grant(wallet, "5", hours=3)
    grant(wallet, "7", hours=5)
    grant(wallet, "2")
    for hours in (2, 4, 0.5, 6):
        hold(wallet, "2.5", hours=hours)
    take_back(wallet, debt, lot=named, go_on=False)


@pytest.mark.parametrize("debt", ["0.0001", "1", "4", "50"])
def test_what_is_available_can_be_drawn_at_every_moment(wallet: Wallet, debt: str) -> None:
    busy(wallet, debt=debt)
    ends = list(Grant.objects.filter(wallet=wallet).values_list("expires_at", flat=True))
    ends += Hold.objects.filter(wallet=wallet).values_list("expires_at", flat=True)
    amounts = set()
    for at in (moment for end in ends for moment in (end - INSTANT, end, end + INSTANT)):
        there = available(wallet, at)
        amounts.add(there)
        assert there == 0 or drawable(wallet, there, at)
        assert not drawable(wallet, there + Decimal("0.0001"), at)
    assert len(amounts) > 2


def test_a_lot_is_over_at_the_moment_it_expires(wallet: Wallet) -> None:
    end = grant(wallet, "3", hours=1).expires_at
    assert available(wallet, end - INSTANT) == 3
    assert available(wallet, end) == 0


def test_a_hold_is_over_at_the_moment_it_times_out(wallet: Wallet) -> None:
    grant(wallet, "3")
    end = hold(wallet, "2").expires_at
    assert available(wallet, end - INSTANT) == 1
    assert available(wallet, end) == 3


def test_a_wallet_in_debt_can_hold_what_it_has(wallet: Wallet) -> None:
    named = grant(wallet, "3")
    lasting = grant(wallet, "5")
    take_back(wallet, "7", lot=named, go_on=False)
    assert figures(wallet) == numbers(5, 0, 4, 5)
    assert hold(wallet, "5").draws == [[lasting.pk, "5.0000"]]


def test_a_full_wallet_takes_no_more_and_spends_all_it_has(wallet: Wallet) -> None:
    grant(wallet, MOST, cost_cents=2**63 - 1)
    for put_in in (grant, adjust):
        with pytest.raises(CreditsOutOfRange):
            put_in(wallet, "0.0001")
    spent = spend(wallet, MOST)
    assert spent.cost_cents == -(2**63) + 1
    assert reverse(spent).balance_after == Decimal(MOST)
    verify()


def test_the_smallest_part_of_a_credit_is_drawn_lot_by_lot(wallet: Wallet) -> None:
    lots = [grant(wallet, "0.0001", cost_cents=1) for _ in range(3)]
    entry = spend(wallet, "0.0003")
    assert draws(entry) == [(lot.pk, Decimal("-0.0001")) for lot in lots]
    assert entry.cost_cents == -3
    verify()

"""When a customer is warned: set, crossed, recovered, crossed again."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from creditsite.accounts.models import User
from wallet.actions import close_wallet, open_wallet
from wallet.actions.alerts import set_alerts, watch_run_out
from wallet.errors import CreditsOutOfRange
from wallet.models import Service, Wallet, WalletEvent
from wallet.reports.forecast import forecasts
from wallet.tests.conftest import ACTOR
from wallet.tests.model.reading import told
from wallet.tests.model.steps import capture, grant, hold, release, spend

pytestmark = pytest.mark.usefixtures("service")


def warn(wallet: Wallet, below: str | None = None, days: int | None = None) -> Wallet:
    return set_alerts(
        wallet=wallet,
        below=None if below is None else Decimal(below),
        days=days,
        expiry_days=None,
        limits=True,
    )


def test_a_fall_is_told_once_and_again_after_recovery(wallet: Wallet) -> None:
    grant(wallet, "100")
    warn(wallet, "60")
    spend(wallet, "50")
    spend(wallet, "10")
    assert told(wallet) == ["balance.low"]
    grant(wallet, "50")
    spend(wallet, "50")
    assert told(wallet) == ["balance.low"] * 2


def test_holds_fall_and_recover_like_spends(wallet: Wallet) -> None:
    grant(wallet, "100")
    warn(wallet, "60")
    first = hold(wallet, "50")
    hold(wallet, "10")
    assert told(wallet) == ["balance.low"]
    release(first)
    assert told(wallet) == ["balance.low"]
    second = hold(wallet, "50")
    assert told(wallet) == ["balance.low"] * 2
    capture(second, "50")
    assert told(wallet) == ["balance.low"] * 2


def test_setting_an_alert_tells_nothing_by_itself(wallet: Wallet) -> None:
    grant(wallet, "100")
    assert warn(wallet, "150").is_low
    spend(wallet, "10")
    assert told(wallet) == []
    assert not warn(wallet, "50").is_low
    spend(wallet, "50")
    assert told(wallet) == ["balance.low"]


def test_what_is_held_is_not_available_to_an_alert(wallet: Wallet) -> None:
    grant(wallet, "100")
    hold(wallet, "45")
    assert warn(wallet, "60").is_low
    assert not warn(wallet, "55").is_low


def test_without_an_alert_a_fall_is_silent_until_nothing_is_left(wallet: Wallet) -> None:
    grant(wallet, "100")
    assert not warn(wallet).is_low
    spend(wallet, "99")
    assert told(wallet) == []
    spend(wallet, "1")
    assert told(wallet) == ["balance.depleted"]


@pytest.mark.parametrize("below", ["0", "-1", "0.00001", "1e20"])
def test_a_number_that_is_none_of_credits_is_refused(wallet: Wallet, below: str) -> None:
    with pytest.raises(CreditsOutOfRange):
        warn(wallet, below)


@pytest.mark.django_db(transaction=True)
def test_spends_that_cross_at_once_are_told_once(wallet: Wallet, service: Service) -> None:
    grant(wallet, "100")
    warn(wallet, "60")
    barrier = Barrier(6)

    def run(_: int) -> None:
        try:
            connection.ensure_connection()
            barrier.wait()
            spend(wallet, "10")
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(run, range(6)))
    assert told(wallet) == ["balance.low"]


@dataclass(frozen=True)
class Lasts:
    """An outlook of so many days."""

    days: int | None

    def facts(self) -> dict[str, Any]:
        return {"days": self.days}


def look(days: int | None) -> int:
    def outlooks(wallets: Iterable[int]) -> dict[int, Lasts]:
        return {wallet: Lasts(days) for wallet in wallets}

    return watch_run_out(outlooks=outlooks)


def test_running_out_is_told_once_and_again_after_recovery(wallet: Wallet) -> None:
    warn(wallet, days=10)
    assert [look(days) for days in (12, 10, 9, 8, None, 9)] == [0, 0, 1, 0, 0, 1]
    assert told(wallet) == ["balance.run_out_near"] * 2
    assert WalletEvent.objects.first().data == {"days": 9, "alert_days": 10}  # type: ignore[union-attr]


def test_running_out_is_told_to_who_asked_alone(wallet: Wallet, stranger: User) -> None:
    other = open_wallet(customer=stranger)
    warn(other, days=3)
    closed = open_wallet(customer=User.objects.create_user("closed@example.com", "x"))
    warn(closed, days=30)
    close_wallet(wallet=closed, reason="r", actor=ACTOR)
    assert look(5) == 0
    warn(other, days=6)
    assert look(5) == 1
    assert not wallet.events.exists()
    assert "balance.run_out_near" not in told(closed)


def test_another_number_of_days_is_looked_at_anew(wallet: Wallet) -> None:
    warn(wallet, days=10)
    look(5)
    warn(wallet, days=10)
    assert look(5) == 0
    warn(wallet, days=8)
    assert look(5) == 1
    warn(wallet)
    assert look(5) == 0


def test_the_real_outlook_of_an_empty_wallet_is_no_day(wallet: Wallet) -> None:
    warn(wallet, days=10)
    assert watch_run_out(outlooks=forecasts) == 1
    assert wallet.events.get().data["days"] == 0


def test_many_wallets_are_looked_at_in_parts(
    wallet: Wallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wallet.actions.alerts.WALLETS_AT_ONCE", 2)
    for number in range(5):
        customer = User.objects.create_user(f"many{number}@example.com", "x")
        warn(open_wallet(customer=customer), days=10)
    assert look(5) == 5

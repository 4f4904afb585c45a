"""Limits: what is told as they fill up, and that nothing passes them at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from wallet.actions import add_service, remove_limit, set_limit
from wallet.errors import LimitNotFound, LimitReached
from wallet.models import LimitPeriod, Service, SpendLimit, UsageDay, Wallet
from wallet.reports.limits import wallet_limits
from wallet.tests.model.reading import told
from wallet.tests.model.steps import capture, grant, hold, reverse, spend

DAY, MONTH = LimitPeriod.DAY, LimitPeriod.MONTH


@pytest.fixture
def limited(wallet: Wallet, service: Service) -> Wallet:
    """A wallet that may spend a hundred credits a day."""
    grant(wallet, "10000")
    limit(wallet, "100")
    return wallet


def limit(wallet: Wallet, credits: str) -> SpendLimit:
    return set_limit(wallet=wallet, period=DAY, credits=Decimal(credits))


def refused(wallet: Wallet, credits: str) -> None:
    with pytest.raises(LimitReached):
        spend(wallet, credits)


def test_a_warning_and_the_end_are_told_once_each(limited: Wallet) -> None:
    spend(limited, "79")
    assert told(limited) == []
    spend(limited, "1")
    spend(limited, "1")
    assert told(limited) == ["limit.warning"]
    spend(limited, "19")
    refused(limited, "1")
    assert told(limited) == ["limit.warning", "limit.reached"]
    assert limited.events.latest("id").data["used"] == "100.0000"


def test_a_refusal_is_told_once_though_smaller_spends_go_on(limited: Wallet) -> None:
    for _ in range(3):
        spend(limited, "10")
        refused(limited, "95")
    assert told(limited) == ["limit.reached"]
    spend(limited, "50")
    assert told(limited) == ["limit.reached", "limit.warning"]
    refused(limited, "50")
    assert told(limited) == ["limit.reached", "limit.warning"]


def test_use_that_fell_in_between_is_told_again(limited: Wallet) -> None:
    large = spend(limited, "90")
    refused(limited, "20")
    assert told(limited) == ["limit.warning", "limit.reached"]
    reverse(large)
    spend(limited, "10")
    spend(limited, "75")
    refused(limited, "20")
    assert told(limited) == ["limit.warning", "limit.reached"] * 2


def test_another_number_begins_its_alerts_anew_and_the_same_does_not(limited: Wallet) -> None:
    spend(limited, "90")
    limit(limited, "100")
    spend(limited, "1")
    assert told(limited) == ["limit.warning"]
    limit(limited, "110")
    spend(limited, "1")
    assert told(limited) == ["limit.warning"] * 2


def test_holds_fill_a_limit_and_their_capture_tells_nothing_new(limited: Wallet) -> None:
    placed = hold(limited, "80")
    assert told(limited) == ["limit.warning"]
    capture(placed, "80")
    spend(limited, "1")
    assert told(limited) == ["limit.warning"]


def test_a_month_counts_its_days_and_a_day_only_itself(limited: Wallet) -> None:
    set_limit(wallet=limited, period=MONTH, credits=Decimal(150))
    spend(limited, "60")
    first = wallet_limits(limited)[0].resets_at.date().replace(day=1)
    UsageDay.objects.update(day=first)
    today = UsageDay.objects.get().day
    month = next(one for one in wallet_limits(limited) if one.period == MONTH)
    day = next(one for one in wallet_limits(limited) if one.period == DAY)
    assert month.resets_at > day.resets_at or month.resets_at == day.resets_at
    assert month.used == (60 if today < month.resets_at.date() else 0)


def test_limits_are_shown_as_they_are_counted(limited: Wallet, service: Service) -> None:
    add_service(slug="maps", name="Maps", unit="map", credits_per_unit=Decimal(1))
    set_limit(wallet=limited, period=MONTH, credits=Decimal(40), service=service)
    set_limit(
        wallet=limited, period=MONTH, credits=Decimal(0), service=Service.objects.get(slug="maps")
    )
    spend(limited, "30.5")
    hold(limited, "4")
    shown = {(one.service, one.period): one for one in wallet_limits(limited)}
    everything, runs = shown[None, "day"], shown["runs", "month"]
    assert (everything.used, everything.left) == (Decimal("34.5"), Decimal("65.5"))
    assert (everything.percent, everything.tone) == (34, "calm")
    assert (runs.used, runs.percent, runs.tone) == (Decimal("34.5"), 86, "warning")
    assert (shown["maps", "month"].percent, shown["maps", "month"].tone) == (100, "danger")
    assert everything.service_name == "All services" and runs.service_name == "Runs"


def test_a_limit_lowered_below_its_use_leaves_nothing(limited: Wallet) -> None:
    spend(limited, "60")
    limit(limited, "50")
    (shown,) = wallet_limits(limited)
    assert (shown.left, shown.percent) == (Decimal(0), 100)


def test_a_limit_that_is_not_there_is_not_removed(limited: Wallet, service: Service) -> None:
    with pytest.raises(LimitNotFound):
        remove_limit(wallet=limited, period=DAY, service=service)
    remove_limit(wallet=limited, period=DAY)
    limited.refresh_from_db()
    assert not limited.has_limits


@pytest.mark.django_db(transaction=True)
def test_spends_and_holds_at_once_never_pass_a_limit(limited: Wallet) -> None:
    barrier = Barrier(8)

    def run(number: int) -> None:
        try:
            connection.ensure_connection()
            barrier.wait()
            with suppress(LimitReached):
                spend(limited, "15")
            with suppress(LimitReached):
                hold(limited, "7")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(run, range(8)))
    (shown,) = wallet_limits(limited)
    assert Decimal(93) < shown.used <= Decimal(100)
    assert told(limited).count("limit.warning") == 1
    assert told(limited).count("limit.reached") == 1

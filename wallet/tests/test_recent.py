"""What a wallet did lately: read in one query, the same as the reports it stands for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from creditsite.kernel import clock
from wallet.actions import Posting, add_service, pause_service, reverse_spend, spend_credits
from wallet.models import Service, Wallet
from wallet.reports.forecast import wallet_forecast
from wallet.reports.recent import MOST_DAYS, MOST_ENTRIES, longest, recent_of
from wallet.reports.runs import Span
from wallet.tests.conftest import ACTOR, Give
from wallet.tests.older import make_older

Spend = Callable[..., Posting]


def test_days_are_summed_up_by_service_without_today(
    wallet: Wallet, give: Give, spend: Spend, service: Service
) -> None:
    give("100")
    add_service(slug="maps", name="Maps", unit="map", credits_per_unit=Decimal(2))
    spent = spend("5", "a", outcome="failed").entry
    spend("1", "b")
    spend_credits(
        wallet_id=wallet.pk,
        service="maps",
        quantity=Decimal(3),
        idempotency_key="m",
        actor=ACTOR,
    )
    make_older(2)
    reverse_spend(spend=spent, credits=Decimal(2), reason="r", idempotency_key="r", actor=ACTOR)
    spend("7", "today")
    pause_service(service=Service.objects.get(slug="maps"))
    found = recent_of(wallet)
    assert [
        (each.service, each.runs, each.failed, each.net, each.is_active) for each in found.use
    ] == [
        ("maps", 1, 0, 6, False),
        ("runs", 2, 1, 4, True),
    ]
    assert (found.days, found.last) == (2, clock.now().date() - timedelta(days=1))
    assert found.daily(3) == [0, 10, 0]
    assert found.daily(1) == [0]


def test_the_forecast_is_the_wallets(wallet: Wallet, give: Give, spend: Spend) -> None:
    assert recent_of(wallet).forecast == wallet_forecast(wallet)
    give("100", expires_at=clock.now() + timedelta(days=9))
    give("20", priority=-1)
    for number in range(9):
        spend("2", f"k{number}")
        make_older(1)
        assert recent_of(wallet).forecast == wallet_forecast(wallet)
    assert recent_of(wallet).forecast.days == 8


def test_it_is_one_query_however_long_the_history(
    wallet: Wallet, give: Give, spend: Spend, django_assert_num_queries: Any
) -> None:
    give("100")
    for number in range(3):
        spend("2", f"k{number}")
        make_older(MOST_DAYS // 2)
    with django_assert_num_queries(1):
        found = recent_of(wallet)
    assert found.days == MOST_DAYS
    assert [each.net for each in found.use] == [2, 2]


def test_an_empty_wallet_did_nothing(wallet: Wallet) -> None:
    found = recent_of(wallet)
    assert (found.days, found.use, found.lots) == (0, [], [])
    assert found.span is not None and found.daily(2) == [0, 0]


def test_of_a_busy_wallet_fewer_days_are_looked_through(wallet: Wallet) -> None:
    today = clock.now().date()
    month, week, day = (
        Span(wallet, today - timedelta(days=days), today, after, 3 * MOST_ENTRIES)
        for days, after in ((27, 0), (6, 2 * MOST_ENTRIES), (0, 2 * MOST_ENTRIES + 1))
    )
    assert longest([month, week, day]) == week
    assert longest([month]) is None

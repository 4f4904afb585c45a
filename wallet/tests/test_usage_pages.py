"""The pages of usage, alerts and limits, without a browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.kernel.chart import MOST_SERIES, SIZE
from wallet.actions import Posting, add_service, set_limit, spend_credits
from wallet.models import LimitPeriod, Service, SpendLimit, Wallet
from wallet.reports.usage import UsageLine
from wallet.reports.usage_chart import OTHER, usage_chart
from wallet.tests.conftest import ACTOR, Give
from wallet.tests.older import make_older

Spend = Callable[..., Posting]
USAGE, ALERTS, LIMITS = (reverse(f"wallet:{name}") for name in ("usage", "alerts", "limits"))
FIRST = date(2026, 11, 1)


@pytest.fixture
def signed_in(client: Client, customer: User) -> Client:
    client.force_login(customer)
    return client


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("path", [USAGE, ALERTS])
def test_a_page_asks_who_is_there(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_a_wallet_without_usage_says_so(signed_in: Client) -> None:
    assert "Nothing was used" in text_of(signed_in, USAGE)


def test_usage_is_shown_by_day_and_by_service(
    signed_in: Client, wallet: Wallet, give: Give, spend: Spend
) -> None:
    give("100")
    spend("4", "a", outcome="failed")
    spend("8.5", "b")
    page = text_of(signed_in, USAGE)
    assert "Runs" in page and "12.50" in page and "50 %" in page
    assert page.count('class="chart__bar chart__bar') == 1
    assert "can be told after 7 whole days" in page
    make_older(40)
    assert "Nothing was used" in text_of(signed_in, USAGE)
    assert "12.50" in text_of(signed_in, f"{USAGE}?days=90")
    assert "Nothing was used" in text_of(signed_in, f"{USAGE}?days=7")
    day = clock.now().date() - timedelta(days=40)
    assert "12.50" in text_of(signed_in, f"{USAGE}?start={day}&end={day}")


def test_a_strangers_usage_is_not_shown(
    signed_in: Client, give: Give, spend: Spend, stranger: User
) -> None:
    give("100")
    spend("4", "a")
    signed_in.force_login(stranger)
    assert "Nothing was used" in text_of(signed_in, USAGE)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("start=2026-03-02&end=2026-03-01", "after the last one"),
        ("start=2025-01-01&end=2026-02-05", "at most 400 days"),
        ("start=x&end=", "valid date"),
        ("days=9999", "Nothing was used"),
        ("start=0001-01-01&end=0001-03-01", "Nothing was used"),
        ("start=9999-10-01&end=9999-12-31", "Nothing was used"),
    ],
)
def test_a_bad_range_is_said_and_shows_the_last_days(
    signed_in: Client, query: str, said: str
) -> None:
    assert said in text_of(signed_in, f"{USAGE}?{query}")


def used(ago: int, service: str, credits: str) -> UsageLine:
    return UsageLine(
        spends=1,
        credits=Decimal(credits),
        day=FIRST + timedelta(days=ago),
        service=service,
        service_name=service,
    )


def test_the_bars_of_a_day_stand_on_each_other_and_fit() -> None:
    chart = usage_chart(
        [used(0, "a", "30"), used(0, "b", "45"), used(2, "a", "5")],
        FIRST,
        FIRST + timedelta(days=2),
    )
    assert [series.name for series in chart.series] == ["b", "a"]
    assert chart.marks == [Decimal(80), Decimal(40), 0]
    lower, upper = chart.columns[0].bars
    assert (lower.y, lower.height) == (Decimal("437.5"), Decimal("562.5"))
    assert (upper.y, upper.height) == (Decimal("62.5"), Decimal(375))
    assert chart.columns[0].total == 75
    assert chart.columns[1].bars == []
    assert chart.along == ["1 Nov", "2 Nov", "3 Nov"]
    for column in chart.columns:
        for bar in column.bars:
            assert bar.x >= 0 and bar.x + bar.width <= SIZE and bar.y >= 0


def test_many_services_share_the_last_colour() -> None:
    lines = [used(0, f"s{number}", str(100 - number)) for number in range(8)]
    chart = usage_chart(lines, FIRST, FIRST)
    assert [series.name for series in chart.series] == ["s0", "s1", "s2", "s3", OTHER]
    assert len(chart.series) == MOST_SERIES
    assert chart.columns[0].values[-1] == 96 + 95 + 94 + 93
    assert chart.columns[0].total == sum(line.credits for line in lines)


def test_long_ranges_are_shown_by_week() -> None:
    last = FIRST + timedelta(days=399)
    chart = usage_chart([used(0, "a", "1"), used(6, "a", "2"), used(399, "a", "4")], FIRST, last)
    assert len(chart.columns) == 58
    assert (chart.columns[0].total, chart.columns[-1].total) == (Decimal(3), Decimal(4))
    assert chart.unit == "Week from"


def test_the_overview_says_how_long_credits_last(
    signed_in: Client, give: Give, spend: Spend
) -> None:
    give("100")
    for number in range(7):
        spend("2", f"k{number}")
        make_older(1)
    assert "About 43 days left, until" in text_of(signed_in, reverse("wallet:overview"))


def test_alerts_are_saved_and_faults_are_shown(signed_in: Client, wallet: Wallet) -> None:
    saved = signed_in.post(ALERTS, {"below": "75.5", "days": "", "limits": "on"}, follow=True)
    assert "Your alerts are saved" in saved.content.decode()
    wallet.refresh_from_db()
    assert (wallet.alert_below, wallet.alert_days, wallet.alert_limits) == (
        Decimal("75.5"),
        None,
        True,
    )
    for bad in ({"below": "-1"}, {"below": "1e3"}, {"days": "400"}, {"days": "0"}):
        assert signed_in.post(ALERTS, bad).status_code == 400
    wallet.refresh_from_db()
    assert wallet.alert_below == Decimal("75.5")
    signed_in.post(ALERTS, {"below": "", "days": "14"})
    off = Wallet.objects.get()
    assert off.alert_below is None
    assert (off.alert_days, off.alert_limits) == (14, False)


def test_limits_are_set_shown_and_removed(
    signed_in: Client, wallet: Wallet, service: Service, give: Give, spend: Spend
) -> None:
    give("100")
    spend("30", "a")
    signed_in.post(LIMITS, {"service": "runs", "period": "month", "credits": "40"})
    limit = SpendLimit.objects.get()
    assert (limit.service, limit.period, limit.credits) == (service, "month", Decimal(40))
    page = text_of(signed_in, ALERTS)
    assert 'aria-valuenow="75"' in page and "of 40.00 credits used, 10.00 left" in page
    assert signed_in.post(LIMITS, {"period": "month", "credits": "-1"}).status_code == 400
    assert signed_in.post(LIMITS, {"period": "year", "credits": "1"}).status_code == 400
    remove = reverse("wallet:limit_remove", args=[limit.pk])
    assert "Remove this limit?" in text_of(signed_in, remove)
    assert SpendLimit.objects.exists()
    assert signed_in.post(remove, {"confirm": "yes"})["Location"] == ALERTS
    assert not SpendLimit.objects.exists()


def test_a_strangers_limit_is_not_there(signed_in: Client, wallet: Wallet, stranger: User) -> None:
    limit = set_limit(wallet=wallet, period=LimitPeriod.DAY, credits=Decimal(5))
    signed_in.force_login(stranger)
    remove = reverse("wallet:limit_remove", args=[limit.pk])
    assert signed_in.get(remove).status_code == 404
    assert signed_in.post(remove, {"confirm": "yes"}).status_code == 404
    assert SpendLimit.objects.exists()


def test_names_of_services_are_shown_as_text(signed_in: Client, wallet: Wallet, give: Give) -> None:
    give("10")
    add_service(slug="x", name="<b>x</b>", unit="x", credits_per_unit=Decimal(1))
    spend_credits(
        wallet_id=wallet.pk, service="x", quantity=Decimal(1), idempotency_key="x", actor=ACTOR
    )
    page = text_of(signed_in, USAGE)
    assert "&lt;b&gt;x" in page and "<b>x" not in page

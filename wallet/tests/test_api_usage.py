"""Usage and forecast in the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from creditsite.accounts.actions import create_api_key
from creditsite.accounts.models import Scope, User
from creditsite.kernel import clock
from wallet.actions import Posting, add_service, reverse_spend, spend_credits
from wallet.models import Wallet
from wallet.tests.conftest import ACTOR, Give
from wallet.tests.older import make_older

Spend = Callable[..., Posting]
Ask = Callable[..., Any]


@pytest.fixture
def ask(client: Client, customer_key: str) -> Ask:
    """GET an address of the API with the customer's key, or another."""

    def get(path: str, api_key: str = customer_key) -> Any:
        return client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {api_key}"})

    return get


@pytest.fixture
def used(wallet: Wallet, give: Give, spend: Spend) -> Wallet:
    """A wallet that spent 10 runs yesterday, 4 of them given back, and 3 runs and a map today."""
    give("100")
    entry = spend("10", "a", outcome="failed").entry
    make_older(1)
    reverse_spend(spend=entry, credits=Decimal(4), reason="r", idempotency_key="back", actor=ACTOR)
    add_service(slug="maps", name="Maps", unit="map", credits_per_unit=Decimal(2))
    spend("1", "b")
    spend("2", "c")
    spend_credits(
        wallet_id=wallet.pk,
        service="maps",
        quantity=Decimal(1),
        idempotency_key="d",
        actor=ACTOR,
    )
    return wallet


def day(ago: int) -> str:
    return (clock.now().date() - timedelta(days=ago)).isoformat()


def test_without_a_group_there_are_totals_of_thirty_days(used: Wallet, ask: Ask) -> None:
    assert ask("usage").json() == {
        "from": day(29),
        "to": day(0),
        "data": [],
        "totals": {
            "spends": 4,
            "quantity": "14.0000",
            "credits": "15.0000",
            "reversed": "4.0000",
            "net": "11.0000",
            "failed": 1,
            "failed_share": "0.2500",
            "reversed_share": "0.2667",
            "credits_per_success": "3.6667",
            "duplicates": 0,
            "duplicate_share": "0.0000",
        },
    }


def test_usage_is_grouped_by_day_and_by_service(used: Wallet, ask: Ask) -> None:
    by_day = ask("usage?group=day").json()["data"]
    assert [(one["day"], one["net"]) for one in by_day] == [
        (day(1), "6.0000"),
        (day(0), "5.0000"),
    ]
    assert "service" not in by_day[0]
    by_service = ask("usage?group=service").json()["data"]
    assert [(one["service"], one["credits"]) for one in by_service] == [
        ("maps", "2.0000"),
        ("runs", "13.0000"),
    ]
    assert "day" not in by_service[0]
    for group in ("day,service", "service,day"):
        both = ask(f"usage?group={group}").json()
        assert [(one["day"], one["service"], one["spends"]) for one in both["data"]] == [
            (day(1), "runs", 1),
            (day(0), "maps", 1),
            (day(0), "runs", 2),
        ]
        assert both["totals"] == ask("usage").json()["totals"]


def test_duplicates_are_told_by_day_and_by_service(used: Wallet, spend: Spend, ask: Ask) -> None:
    for number in range(3):
        spend("2", f"again-{number}", job="7")
    by_service = ask("usage?group=service").json()
    assert [(one["service"], one["duplicates"]) for one in by_service["data"]] == [
        ("maps", 0),
        ("runs", 2),
    ]
    assert by_service["data"][1]["duplicate_share"] == "0.3333"
    assert by_service["totals"]["duplicates"] == 2
    by_day = ask("usage?group=day").json()["data"]
    assert [(one["day"], one["duplicates"]) for one in by_day] == [(day(1), 0), (day(0), 2)]


def test_without_a_success_there_is_no_price_of_one(
    wallet: Wallet, give: Give, spend: Spend, ask: Ask
) -> None:
    give("10")
    spend("1", "a", outcome="failed")
    totals = ask("usage").json()["totals"]
    assert (totals["credits_per_success"], totals["failed_share"]) == (None, "1.0000")
    line = ask("usage?group=service").json()["data"][0]
    assert line["credits_per_success"] is None and line["service"] == "runs"


def test_both_ends_are_counted_and_nothing_beyond(used: Wallet, ask: Ask) -> None:
    only_yesterday = ask(f"usage?from={day(1)}&to={day(1)}").json()
    assert only_yesterday["totals"]["credits"] == "10.0000"
    assert ask(f"usage?from={day(0)}").json()["totals"]["credits"] == "5.0000"
    none = ask(f"usage?to={day(2)}&group=day").json()
    assert (none["data"], none["totals"]["spends"]) == ([], 0)
    assert none["from"] == day(31)


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-02-30",
        "from=2026-03-02&to=2026-03-01",
        "from=2025-01-01&to=2026-02-05",
        "to=0001-01-01",
        "to=9999-12-31&from=2026-01-01",
        "group=hour",
        "group=day,day",
        "group=day, service",
        "wallet=0",
        "until=2026-01-01",
    ],
)
def test_a_query_that_makes_no_sense_is_refused(customer: User, ask: Ask, query: str) -> None:
    answer = ask(f"usage?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_failed")


def test_four_hundred_days_are_not_too_many(customer: User, ask: Ask) -> None:
    assert ask("usage?from=2025-01-01&to=2026-02-04&group=").status_code == 200
    assert ask("usage?to=9999-12-31").status_code == 200


@pytest.mark.parametrize("path", ["usage", "forecast"])
def test_a_stranger_and_another_scope_see_nothing(
    used: Wallet, ask: Ask, stranger: User, customer: User, platform_key: str, path: str
) -> None:
    _, strangers = create_api_key(customer=stranger, name="s", scopes=Scope.values)
    answer = ask(f"{path}?wallet={used.pk}", strangers)
    assert (answer.status_code, answer.json()["code"]) == (404, "wallet_not_found")
    _, spender = create_api_key(customer=customer, name="w", scopes=[Scope.USAGE_WRITE])
    assert ask(path, spender).status_code == 403
    assert ask(path, platform_key).status_code == 400
    assert ask(f"{path}?wallet={used.pk}", platform_key).status_code == 200


def test_the_forecast_is_told_or_why_there_is_none(
    wallet: Wallet, give: Give, spend: Spend, ask: Ask
) -> None:
    give("100")
    young = ask("forecast").json()
    assert (young["reason"], young["days"], young["available"]) == (
        "too_little_history",
        None,
        "100.0000",
    )
    for number in range(8):
        spend("2", f"k{number}")
        make_older(1)
    told = ask("forecast").json()
    assert (told["reason"], told["days"], told["per_day"]) == (None, 42, "2.0000")
    assert told["runs_out_on"] == day(-42) == told["earliest_on"] == told["latest_on"]
    assert (told["least_days"], told["most_days"], told["history_days"]) == (42, 42, 8)

"""The report of revenue: it ties with Stripe's invoices, and its movements with what there is."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from billing.actions import (
    cancel_subscription,
    change_plan,
    end_subscription,
    start_top_up,
)
from billing.reports.revenue import revenue
from billing.tests.packages import make_package
from billing.tests.subscribers import Subscriber
from creditsite.kernel import clock
from creditsite.kernel.report import ReportRange, Step

pytestmark = pytest.mark.django_db(transaction=True)


def days(before: int, after: int, step: Step = Step.DAY) -> ReportRange:
    today = clock.now().date()
    return ReportRange(today - timedelta(days=before), today + timedelta(days=after), step)


def rows(chosen: ReportRange, name: str) -> list[dict[str, Any]]:
    table = revenue(chosen).table(name)
    assert table
    labels = [column.label for column in table.columns]
    return [dict(zip(labels, row, strict=True)) for row in table.rows]


def sums(found: list[dict[str, Any]], *labels: str) -> list[int]:
    return [sum(row[label] for row in found) for label in labels]


def buy(subscriber: Subscriber, credits: int) -> None:
    top_up = start_top_up(
        wallet=subscriber.wallet, credits=Decimal(credits), actor=subscriber.customer.actor
    ).top_up
    subscriber.account.pay(top_up.stripe_session_id)
    subscriber.hear()


def test_nothing_sold_is_a_report_too(db: None) -> None:
    chosen = days(29, 0)
    assert len(rows(chosen, "revenue")) == 30
    assert rows(chosen, "packages") == [
        {
            "Package": "Top-ups",
            "Payments": 0,
            "Gross": 0,
            "Plans at the end": None,
            "MRR at the end": None,
        }
    ]


def test_payments_and_refunds_make_the_net(subscriber: Subscriber) -> None:
    buy(subscriber, 100)
    charge = subscriber.account.call("GET", "/v1/charges")["data"][0]
    subscriber.account.call("POST", "/v1/refunds", data={"charge": charge["id"], "amount": 250})
    subscriber.begin()
    found = rows(days(2, 20), "revenue")
    gross = 2999 + charge["amount"]
    assert sums(found, "Packages", "Top-ups", "Gross", "Refunds", "Net") == [
        *(2999, charge["amount"], gross),
        *(-250, gross - 250),
    ]
    by_package = {row["Package"]: row for row in rows(days(2, 20), "packages")}
    assert (by_package["Team"]["Payments"], by_package["Team"]["MRR at the end"]) == (1, 2999)
    assert by_package["Top-ups"]["Gross"] == charge["amount"]
    assert rows(days(2, 20), "invoices")[-1]["Sum"] == 0


def test_a_failed_refund_counts_for_nothing(subscriber: Subscriber) -> None:
    top_up = start_top_up(
        wallet=subscriber.wallet, credits=Decimal(100), actor=subscriber.customer.actor
    ).top_up
    subscriber.account.pay(top_up.stripe_session_id, "4000000000005126")
    subscriber.hear()
    top_up.refresh_from_db()
    subscriber.account.call(
        "POST", "/v1/refunds", data={"payment_intent": top_up.stripe_payment_intent}
    )
    subscriber.hear()
    subscriber.wait(10)
    subscriber.hear()
    assert sums(rows(days(2, 20), "revenue"), "Refunds", "Net") == [0, 950]


def test_each_movement_of_recurring_revenue_has_its_name(on_team: Subscriber) -> None:
    subscription = on_team.subscription
    change_plan(subscription=subscription, package="works")
    on_team.hear()
    change_plan(subscription=on_team.subscription, package="solo")
    on_team.wait(25)
    on_team.hear()
    assert on_team.subscription.version.package.slug == "solo"
    end_subscription(subscription=on_team.subscription)
    on_team.hear()
    chosen = days(2, 60)
    found = rows(chosen, "recurring")
    kinds = ("New", "Upgraded", "Downgraded", "Ended", "Returned")
    assert sums(found, *kinds) == [2999, 5000, -7000, -999, 0]
    assert [row["Before"] for row in found[1:]] == [row["After"] for row in found[:-1]]
    assert (found[0]["Before"], found[-1]["After"]) == (0, 0)
    plans = [row["Plans at the end"] for row in rows(chosen, "revenue")]
    assert (plans[0], max(plans), plans[-1]) == (0, 1, 0)


def test_who_had_a_plan_before_returned(subscriber: Subscriber) -> None:
    subscriber.begin()
    end_subscription(subscription=subscriber.subscription)
    subscriber.hear()
    subscriber.begin()
    assert sums(rows(days(2, 2), "recurring"), "New", "Ended", "Returned") == [2999, -2999, 2999]
    (team, _top_ups) = rows(days(2, 2), "packages")
    assert (team["Payments"], team["Plans at the end"], team["MRR at the end"]) == (2, 1, 2999)


def test_what_a_range_leaves_out_is_in_its_opening(on_team: Subscriber) -> None:
    later = days(-1, 40)
    assert sums(rows(later, "recurring"), "New") == [0]
    first = rows(later, "recurring")[0]
    assert (first["Before"], first["After"]) == (2999, 2999)
    before = days(40, -1)
    assert rows(before, "recurring")[-1]["After"] == 0


def test_a_year_counts_by_the_month(subscriber: Subscriber) -> None:
    make_package("annual", price_cents=29_999, interval="year")
    subscriber.begin("annual")
    found = rows(days(2, 2), "recurring")
    assert sums(found, "New") == [2500]
    assert sums(rows(days(2, 2), "revenue"), "Packages") == [29_999]


def test_a_cancelled_plan_counts_until_it_ends(on_team: Subscriber) -> None:
    cancel_subscription(subscription=on_team.subscription)
    on_team.hear()
    assert rows(days(2, 20), "recurring")[-1]["After"] == 2999
    on_team.wait(30)
    on_team.hear()
    found = rows(days(2, 60), "recurring")
    assert (sums(found, "Ended"), found[-1]["After"]) == ([-2999], 0)


def test_days_and_months_come_to_the_same(subscriber: Subscriber) -> None:
    make_package("works", price_cents=7999, credits=Decimal(1000))
    buy(subscriber, 100)
    subscriber.begin()
    subscriber.wait(10)
    change_plan(subscription=subscriber.subscription, package="works")
    subscriber.hear()
    by_day, by_month = (rows(days(40, 70, step), "revenue") for step in Step)
    labels = ("Packages", "Top-ups", "Gross", "Refunds", "Net")
    assert sums(by_day, *labels) == sums(by_month, *labels)
    assert by_day[-1]["MRR at the end"] == by_month[-1]["MRR at the end"] == 7999
    months = {date.fromisoformat(str(row["Month"])).replace(day=1) for row in by_month}
    assert len(months) == len(by_month)

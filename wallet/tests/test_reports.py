"""The reports of credits: they tie, and are the same whatever of them is rolled up."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from time import sleep
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.kernel.report import Report, ReportRange, Step
from wallet.actions import (
    Posting,
    adjust_wallet,
    claw_back,
    grant_credits,
    reverse_spend,
    roll_over,
)
from wallet.actions.ledger_hours import roll_up_ledger
from wallet.actions.usage import roll_up_usage
from wallet.models import Grant, GrantSource, LedgerHour, Wallet
from wallet.reports.credit_flow import credit_flow
from wallet.reports.flow import ledger_ties
from wallet.reports.liability import liability
from wallet.reports.service_usage import service_usage
from wallet.tests.conftest import ACTOR
from wallet.tests.older import make_older

Spend = Callable[..., Posting]
pytestmark = pytest.mark.django_db
DAY, INSTANT = timedelta(days=1), timedelta(milliseconds=1)


def days_ago(days: int) -> date:
    return clock.now().date() - timedelta(days=days)


def last_days(days: int, step: Step = Step.DAY) -> ReportRange:
    return ReportRange(days_ago(days - 1), days_ago(0), step)


def query(days: int) -> dict[str, str]:
    """Return what the form sends for that many days and today."""
    return {"start": str(days_ago(days)), "end": str(days_ago(0)), "step": "day"}


def table_of(report: Report, name: str) -> list[dict[str, Any]]:
    """Return the rows of a table by the labels of its columns."""
    table = report.table(name)
    assert table
    labels = [column.label for column in table.columns]
    return [dict(zip(labels, row, strict=True)) for row in table.rows]


@pytest.fixture
def story(wallet: Wallet, spend: Spend) -> Wallet:
    """Four days ago credits were granted, then everything there is happened, to today."""
    for source, credits, cents, life in (
        (GrantSource.TOP_UP, 100, 1000, 300 * DAY),
        (GrantSource.SUBSCRIPTION, 200, 1999, 20 * DAY),
        (GrantSource.PROMOTION, 50, 500, INSTANT),
    ):
        grant_credits(
            wallet=wallet,
            credits=Decimal(credits),
            source=source,
            cost_cents=cents,
            expires_at=clock.now() + life,
            idempotency_key=source,
            actor=ACTOR,
        )
    sleep(INSTANT.total_seconds())
    make_older(2)
    spent = spend("60", "a").entry
    make_older(1)
    reverse_spend(spend=spent, credits=Decimal(20), reason="Half", idempotency_key="r", actor=ACTOR)
    claw_back(
        wallet=wallet,
        credits=Decimal(30),
        grant=Grant.objects.get(source=GrantSource.TOP_UP),
        go_on=False,
        reference="re_1",
        reason="Paid back",
        idempotency_key="c",
        actor=ACTOR,
    )
    make_older(1)
    roll_over(
        grant=Grant.objects.get(source=GrantSource.SUBSCRIPTION),
        expires_at=clock.now() + 40 * DAY,
        idempotency_key="o",
        actor=ACTOR,
    )
    adjust_wallet(
        wallet=wallet, credits=Decimal(7), reason="Sorry", idempotency_key="s", actor=ACTOR
    )
    wallet.refresh_from_db()
    return wallet


def test_each_day_opens_with_what_the_one_before_closed_with(story: Wallet) -> None:
    days = table_of(credit_flow(last_days(6)), "credit-flow")
    assert [day["Closing"] for day in days] == [0, 350, 350, 240, 230, 237]
    for day in days:
        moved = [
            value for label, value in day.items() if label not in {"Day", "Opening", "Closing"}
        ]
        assert day["Opening"] + sum(moved) == day["Closing"]
    assert [day["Opening"] for day in days[1:]] == [day["Closing"] for day in days[:-1]]
    assert days[-1]["Closing"] == story.balance == 237


def test_what_moved_stands_in_its_line(story: Wallet) -> None:
    days = {day["Day"]: day for day in table_of(credit_flow(last_days(6)), "credit-flow")}
    sold, spent, back, today = (days[days_ago(ago)] for ago in (4, 2, 1, 0))
    assert (sold["Packages"], sold["Top-ups"], sold["Promotions"]) == (200, 100, 50)
    assert (spent["Expired"], spent["Closing"]) == (-50, 240)
    assert (spent["Spent"], back["Reversed"], back["Clawed back"]) == (-60, 20, -30)
    # Rolled over is neither granted nor expired.
    assert (today["Adjusted"], today["Other grants"], today["Expired"]) == (7, 0, 0)


def test_deferred_revenue_is_what_lots_are_worth(story: Wallet) -> None:
    report = liability(last_days(6))
    days = table_of(report, "liability")
    # Of the package's 200 credits at $19.99, 60 were drawn and 20 came back; of the top-up's 30.
    assert [day["Sold"] for day in days if day["Sold"]] == [3499]
    assert [day["Earned"] for day in days if day["Earned"]] == [-600]
    assert [day["Given back"] for day in days if day["Given back"]] == [200]
    assert [day["Clawed back"] for day in days if day["Clawed back"]] == [-300]
    assert [day["Breakage"] for day in days if day["Breakage"]] == [-500]
    assert days[-1]["Closing"] == 3499 - 600 + 200 - 300 - 500 == ledger_ties().lots_cents
    lots = {row["Source"]: row for row in table_of(report, "open-lots-by-source")}
    assert sum(row["Deferred"] for row in lots.values()) == days[-1]["Closing"]
    assert (lots["Rollover"]["Lots"], lots["Rollover"]["30 to 90 days"]) == (1, 1599)
    assert (lots["Top-up"]["Credits left"], lots["Top-up"]["90 to 365 days"]) == (70, 700)
    assert lots["Adjustment"]["Deferred"] == 0


@pytest.mark.parametrize("step", list(Step))
def test_a_roll_up_changes_no_figure(story: Wallet, step: Step) -> None:
    ranges = [last_days(6, step), last_days(2, step), ReportRange(days_ago(4), days_ago(2), step)]
    live = [(credit_flow(each).tables, liability(each).tables) for each in ranges]
    assert roll_up_ledger() > 0
    assert [(credit_flow(each).tables, liability(each).tables) for each in ranges] == live
    assert LedgerHour.objects.filter(at__date=days_ago(0)).count() in {0, 3}


def test_months_are_cut_to_the_range(story: Wallet) -> None:
    chosen = ReportRange(days_ago(70), days_ago(0), Step.MONTH)
    months = table_of(credit_flow(chosen), "credit-flow")
    assert [month["Month"] for month in months] == chosen.periods()
    assert months[0]["Month"] == days_ago(70)
    assert all(month["Month"].day == 1 for month in months[1:])
    assert (months[0]["Opening"], months[-1]["Closing"]) == (0, 237)
    assert sum(month["Spent"] for month in months) == -60


def test_the_ledger_ties_and_says_so_where_it_does_not(story: Wallet) -> None:
    assert ledger_ties().holds
    roll_up_ledger()
    assert ledger_ties().holds
    hour = LedgerHour.objects.earliest("pk")
    LedgerHour.objects.filter(pk=hour.pk).update(credits=hour.credits + 1)
    assert not ledger_ties().holds
    table = credit_flow(last_days(6)).table("ties")
    assert table and table.rows[2][1:] == (1, 0) and "differ" in table.notes[0]


def test_usage_is_summed_by_service_and_by_day(story: Wallet, spend: Spend) -> None:
    spend("2", "failed", outcome="failed")
    roll_up_usage()
    report = service_usage(last_days(6))
    (runs,) = table_of(report, "services")
    assert (runs["Service"], runs["Spends"], runs["Credits"], runs["Net"]) == ("Runs", 2, 62, 42)
    assert (runs["Failed"], runs["Share failed"]) == (1, Decimal("0.5"))
    days = {day["Day"]: day for day in table_of(report, "usage")}
    assert (days[days_ago(2)]["Net"], days[days_ago(0)]["Net"], days[days_ago(1)]["Spends"]) == (
        *(40, 2),
        0,
    )
    assert report.chart and [series.name for series in report.chart.series] == ["Runs"]


def test_nothing_at_all_is_a_report_too() -> None:
    for build in (credit_flow, liability, service_usage):
        report = build(last_days(30))
        assert report.chart and not any(column.bars for column in report.chart.columns)


class TestPages:
    """The pages and files of the reports, for somebody who may read them."""

    @pytest.fixture
    def reader(self, client: Client, operator: User) -> Client:
        client.force_login(operator)
        return client

    @pytest.mark.parametrize("name", ["credit-flow", "liability", "usage"])
    def test_every_table_has_a_file_of_the_same_numbers(
        self, reader: Client, story: Wallet, name: str
    ) -> None:
        roll_up_usage()
        url = reverse(f"admin:report_{name}")
        page = reader.get(url, query(5))
        tables = page.context["tables"]
        assert len(tables) >= 2
        for table in tables:
            file = reader.get(url + table.more.url)
            lines = list(csv.reader(file.getvalue().decode().splitlines()))
            assert len(lines) == 1 + len(table.rows)
            assert len(lines[0]) == len(table.heads)
            assert f"{days_ago(5)}-to-{days_ago(0)}.csv" in file["Content-Disposition"]

    def test_a_file_holds_plain_numbers(self, reader: Client, story: Wallet) -> None:
        url = reverse("admin:report_liability_file", args=["liability"])
        file = reader.get(url, query(5))
        lines = list(csv.DictReader(file.getvalue().decode().splitlines()))
        assert lines[-1]["Day"] == str(days_ago(0))
        assert (lines[-1]["Closing (USD)"], lines[-2]["Clawed back (USD)"]) == ("22.99", "-3.00")

    def test_all_open_lots_come_as_a_file(self, reader: Client, story: Wallet) -> None:
        file = reader.get(reverse("admin:report_liability_file", args=["open-lots"]))
        lines = list(csv.DictReader(file.getvalue().decode().splitlines()))
        assert sum(int(line["deferred_cents"]) for line in lines) == ledger_ties().lots_cents
        assert {line["source"] for line in lines} == {"top_up", "rollover", "adjustment"}

    @pytest.mark.parametrize(
        ("asked", "told"),
        [
            ({"start": "2026-02-30", "end": "2026-03-01", "step": "day"}, "Enter a valid date"),
            ({"start": "2026-03-02", "end": "2026-03-01", "step": "day"}, "after the last"),
            ({"start": "9000-03-02", "end": "9999-12-31", "step": "day"}, "still to come"),
            ({"start": "0001-01-01", "end": "9999-12-31", "step": "month"}, "at most ten years"),
            ({"start": "2020-01-01", "end": "2024-12-31", "step": "day"}, "or go by month"),
            ({"start": "2020-01-01", "end": "2024-12-31", "step": "hour"}, "valid choice"),
        ],
    )
    def test_a_range_that_makes_no_sense_is_explained(
        self, reader: Client, asked: dict[str, str], told: str
    ) -> None:
        for url in (
            reverse("admin:report_credit-flow"),
            reverse("admin:report_credit-flow_file", args=["credit-flow"]),
        ):
            page = reader.get(url, asked)
            assert told in page.content.decode()
            assert "text/html" in page["Content-Type"]

    def test_a_table_there_is_not_is_not_found(self, reader: Client) -> None:
        url = reverse("admin:report_credit-flow_file", args=["other"])
        assert reader.get(url).status_code == 404

    def test_who_may_read_nothing_is_not_let_in(self, client: Client) -> None:
        clerk = User.objects.create_user("clerk@example.com", is_staff=True)
        client.force_login(clerk)
        for name in ("reports", "report_liability", "report_usage"):
            assert client.get(reverse(f"admin:{name}")).status_code == 403
        url = reverse("admin:report_liability_file", args=["open-lots"])
        assert client.get(url).status_code == 403

    def test_long_ranges_take_as_many_queries(
        self,
        reader: Client,
        story: Wallet,
        django_assert_max_num_queries: Callable[..., Any],
    ) -> None:
        for report in ("credit-flow", "liability", "usage"):
            with django_assert_max_num_queries(10):
                reader.get(
                    reverse(f"admin:report_{report}"),
                    query(399),
                )

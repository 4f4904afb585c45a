"""Figures: how long rulings take, how they end, by reason and service."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.kernel.report import ReportRange, Step
from disputes import actions
from disputes.models import Dispute, DisputeReason, RulingOutcome
from disputes.reports.figures import dispute_figures, dispute_periods
from disputes.tests.cases import (
    ACTOR,
    EXPLANATION,
    charge,
    dispute,
    dispute_payment,
    paid_invoice,
    rule,
)
from disputes.tests.test_dispute_admin import at_work
from wallet.models import Wallet

HOUR = timedelta(hours=1)
REPORT = "/admin/reports/disputes/"


def ruled_after(case: Dispute, hours: int, reviewer: User, outcome: RulingOutcome) -> None:
    with time_machine.travel(case.opened_at + hours * HOUR, tick=False):
        rule(case, reviewer, outcome)


def around(case: Dispute) -> tuple[datetime, datetime]:
    return case.opened_at - HOUR, case.opened_at + 1000 * HOUR


def test_nothing_gives_no_figures(db: None) -> None:
    now = datetime.fromisoformat("2026-01-01T00:00:00Z")
    figures = dispute_figures(now, now + HOUR)
    assert (figures.opened, figures.ruled, figures.in_time) == (0, 0, None)
    assert (figures.median_wall, figures.median_review) == (None, None)
    assert (figures.by_reason, figures.by_service) == ([], [])


def test_times_are_of_first_rulings_with_and_without_waiting(
    wallet: Wallet, reviewer: User, supervisor: User
) -> None:
    cases = [dispute(charge(wallet)) for _ in range(4)]
    with time_machine.travel(cases[0].opened_at + HOUR, tick=False):
        actions.ask_customer(dispute=cases[0], question="Which?", reviewer=reviewer)
    with time_machine.travel(cases[0].opened_at + 41 * HOUR, tick=False):
        actions.write_in_dispute(dispute=cases[0], text="This.", actor=ACTOR)
    for case, hours in zip(cases[:3], (60, 10, 50), strict=True):
        ruled_after(case, hours, reviewer, RulingOutcome.REJECTED)
    figures = dispute_figures(*around(cases[0]))
    assert (figures.opened, figures.ruled) == (4, 3)
    assert figures.median_wall == 50 * HOUR
    assert figures.median_review == 20 * HOUR
    assert figures.in_time == Decimal(2) / 3
    with time_machine.travel(cases[0].opened_at + 61 * HOUR, tick=False):
        actions.appeal_ruling(dispute=cases[0], reason=EXPLANATION, actor=ACTOR)
    ruled_after(cases[0], 62, supervisor, RulingOutcome.FULL_REFUND)
    figures = dispute_figures(*around(cases[0]))
    assert (figures.ruled, figures.appeals_ruled, figures.appeals_improved) == (3, 1, 1)
    assert figures.credits_back == 10


def test_outcomes_are_counted_by_reason_and_service(wallet: Wallet, reviewer: User) -> None:
    runs = dispute(charge(wallet), charge(wallet), reason=DisputeReason.DUPLICATE)
    both = dispute(charge(wallet), charge(wallet, service="scans"), reason=DisputeReason.FAILED_RUN)
    paid = dispute_payment(paid_invoice(wallet))
    rule(runs, reviewer, RulingOutcome.FULL_REFUND)
    rule(both, reviewer, RulingOutcome.EXPLANATION)
    rule(paid, reviewer, RulingOutcome.FULL_REFUND)
    figures = dispute_figures(*around(runs))
    assert [(row.label, row.counts) for row in figures.by_reason] == [
        ("Charged twice for the same thing", {"full_refund": 1}),
        ("I did not do this", {"full_refund": 1}),
        ("The run failed", {"explanation": 1}),
    ]
    assert [(row.label, row.counts) for row in figures.by_service] == [
        ("Runs", {"full_refund": 1, "explanation": 1}),
        ("A payment", {"full_refund": 1}),
        ("Scans", {"explanation": 1}),
    ]
    assert figures.refunds_due_now == 1


def test_what_waits_and_is_late_is_counted_now(case: Dispute) -> None:
    with time_machine.travel(case.respond_by + HOUR, tick=False):
        figures = dispute_figures(*around(case))
    assert (figures.waiting_now, figures.breached_now) == (1, 1)


def test_the_page_counts_the_days_that_are_asked_for(case: Dispute, reviewer: User) -> None:
    rule(case, reviewer, RulingOutcome.FULL_REFUND)
    client = at_work(reviewer).client
    page = client.get(REPORT)
    assert page.status_code == 200
    rows = {row[0].text: row[1].text for row in page.context["tables"][0].rows}
    assert (rows["Opened"], rows["Ruled on first"], rows["Ruled on in time"]) == ("1", "1", "100%")
    none = client.get(f"{REPORT}?start=2020-01-01&end=2020-01-02&step=day")
    assert none.context["tables"][0].rows[0][1].text == "0"
    (today,) = [row for row in page.context["tables"][1].rows if row[1].text != "–"]
    assert [cell.text for cell in today[1:]] == ["1", "1", "1", "–", "–", "–", "–", "10.00"]


@pytest.mark.parametrize("step", list(Step))
def test_periods_come_to_the_figures_of_the_range(
    wallet: Wallet, reviewer: User, supervisor: User, step: Step
) -> None:
    for outcome in (RulingOutcome.FULL_REFUND, RulingOutcome.REJECTED):
        rule(dispute(charge(wallet)), reviewer, outcome)
    rejected = Dispute.objects.latest("pk")
    actions.appeal_ruling(dispute=rejected, reason=EXPLANATION, actor=ACTOR)
    rule(rejected, supervisor, RulingOutcome.FULL_REFUND)
    today = clock.now().date()
    chosen = ReportRange(today - timedelta(days=40), today + timedelta(days=1), step)
    figures = dispute_figures(chosen.begins_at, chosen.ends_at)
    periods = dispute_periods(chosen).values()
    assert sum(period.opened for period in periods) == figures.opened == 2
    assert sum(period.ruled for period in periods) == figures.ruled == 2
    assert sum(period.appeals_ruled for period in periods) == figures.appeals_ruled == 1
    assert sum(period.credits_back for period in periods) == figures.credits_back == 20

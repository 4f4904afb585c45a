"""Another plan, and a plan that is hardly used: told with the money of the customer's own use."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from billing.actions import (
    archive_package,
    cancel_subscription,
    change_plan,
    offer_package,
)
from billing.models import Interval, PackageVisibility, Subscription, SubscriptionStatus
from billing.reports.recommendations.advice import Advice, Silence, advice_for
from billing.reports.recommendations.recommendation import RecommendationKind
from billing.tests.packages import make_package, publish
from billing.tests.recent import lived, used
from billing.tests.stripe_account import StripeAccount
from billing.tests.subscribers import Subscriber
from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from wallet.actions import close_wallet, pause_wallet
from wallet.models import Wallet
from wallet.reports.lapses import PaidLot

pytestmark = pytest.mark.django_db(transaction=True)
OPERATOR = Actor.user(1)
# Four weeks are less than a month by this: 322.1918 credits of them come to 350 a month.
A_MONTH = Decimal(336) / Decimal(365)


def weeks(*monthly: int) -> list[str]:
    """Return what is used in four weeks each that comes to so much in a month."""
    return [f"{each * A_MONTH:.4f}" for each in monthly]


def rows(advice: Advice) -> list[tuple[str, int]]:
    assert advice.comparison
    return [(row.name, row.monthly_cents) for row in advice.comparison.rows]


def kinds(advice: Advice) -> list[str]:
    return [each.kind for each in advice.recommendations]


def test_the_cheapest_plan_is_recommended_with_the_difference_of_two_rows(
    on_shelf: Wallet,
) -> None:
    # 400, 300 and 350 credits: 38.00, 28.50 and 33.25 as top-ups; team lacks 50 once, and solo
    # (100 for 9.99) 300, 200 and 250: 28.50, 19.00 and 23.75.
    advice = advice_for(lived(on_shelf, *weeks(400, 300, 350)))
    assert advice.comparison and advice.comparison.days == 84
    assert advice.comparison.use == [400, 300, 350]
    assert rows(advice) == [
        ("Team", 2999 + 167),
        ("No plan, top-ups alone", 3325),
        ("Solo", 999 + 2375),
        ("Works", 7999),
    ]
    (told,) = advice.recommendations
    assert (told.kind, told.monthly_cents, told.currency) == ("better_package", 159, "usd")
    assert told.sentence == (
        "What you used in the last 84 days would have cost $31.66 a month with Team instead of "
        "$33.25 with top-ups alone."
    )
    assert told.action_url == "/billing/plans/"
    assert told.facts == {
        "history_days": 84,
        "credits_used_monthly": ["400.0000", "300.0000", "350.0000"],
        "package": "team",
        "monthly_cents": 3166,
        "current_package": None,
        "current_monthly_cents": 3325,
    }


@pytest.fixture
def on_shelf(stripe_account: StripeAccount, wallet: Wallet) -> Wallet:
    """Return the wallet of a customer who may begin solo, team or works, and has no plan."""
    make_package("team")
    make_package("solo", price_cents=999, credits=Decimal(100))
    make_package("works", price_cents=7999, credits=Decimal(1000))
    return wallet


def test_less_than_a_dollar_a_month_is_not_worth_telling(on_shelf: Wallet) -> None:
    # 330 credits are 31.35; team is 29.99.
    advice = advice_for(lived(on_shelf, *weeks(330, 330, 330)))
    assert advice.recommendations[0].monthly_cents == 136
    # 324 are 30.78: 0.79 more than team.
    advice = advice_for(lived(on_shelf, *weeks(324, 324, 324)))
    assert rows(advice)[:2] == [("Team", 2999), ("No plan, top-ups alone", 3078)]
    assert (advice.recommendations, advice.silence) == ([], None)


@pytest.mark.parametrize(
    ("days", "counted"), [(0, 0), (27, 0), (28, 28), (55, 28), (56, 56), (83, 56), (95, 84)]
)
def test_whole_fours_of_weeks_are_counted(on_shelf: Wallet, days: int, counted: int) -> None:
    advice = advice_for(lived(on_shelf, "400", "400", "400", days=days))
    assert advice.history_days == days
    if counted:
        assert advice.comparison and advice.comparison.days == counted
        assert len(advice.comparison.use) == counted // 28
    else:
        assert advice == Advice(days, silence=Silence.TOO_LITTLE_HISTORY)


def test_a_wallet_that_never_did_anything_is_told_nothing(on_shelf: Wallet) -> None:
    assert advice_for(lived(on_shelf)).silence == Silence.TOO_LITTLE_HISTORY
    idle = advice_for(lived(on_shelf, "0", "0", "0"))
    assert rows(idle)[0] == ("No plan, top-ups alone", 0)
    assert idle.recommendations == []


def test_plans_of_others_and_plans_that_are_sold_no_more_are_not_compared(
    on_shelf: Wallet, customer: User, stranger: User
) -> None:
    for slug, person in (("mine", customer), ("theirs", stranger)):
        special = make_package(slug, price_cents=1999, credits=Decimal(350))
        offer_package(package=special, visibility=PackageVisibility.PRIVATE, customers=[person])
    archive_package(package=make_package("old", price_cents=1999, credits=Decimal(350)))
    advice = advice_for(lived(on_shelf, *weeks(350)))
    assert [name for name, _ in rows(advice)] == [
        "Mine",
        "Team",
        "No plan, top-ups alone",
        "Solo",
        "Works",
    ]
    assert advice.recommendations[0].facts["package"] == "mine"


def test_a_yearly_plan_is_compared_by_the_month(on_shelf: Wallet) -> None:
    make_package("year", price_cents=30_000, credits=Decimal(4200), interval=Interval.YEAR)
    advice = advice_for(lived(on_shelf, *weeks(500, 200, 350)))
    assert rows(advice)[0] == ("Year", 2500)


def test_nobody_is_told_to_begin_a_plan_while_their_credits_last(on_shelf: Wallet) -> None:
    lot = PaidLot(Decimal(5000), clock.NEVER, 1, Decimal(5000), 42_500)
    advice = advice_for(lived(on_shelf, *weeks(400, 300, 350), lots=[lot]))
    assert rows(advice)[0][0] == "Team" and advice.recommendations == []
    few = replace(lot, credits=Decimal(100))
    recent = lived(on_shelf, lots=[few], days=84)
    busy = replace(recent, use=[used(recent, ago, "12") for ago in range(1, 85)])
    assert kinds(advice_for(busy)) == ["better_package"]


def test_a_closed_wallet_is_told_nothing_and_a_paused_one_is(on_shelf: Wallet) -> None:
    paused = pause_wallet(wallet=on_shelf, reason="A look", actor=OPERATOR)
    assert kinds(advice_for(lived(paused, *weeks(400)))) == ["better_package"]
    closed = close_wallet(wallet=on_shelf, reason="Goodbye", actor=OPERATOR)
    assert advice_for(lived(closed, *weeks(400))) == Advice(28, silence=Silence.WALLET_CLOSED)


def test_a_subscriber_is_compared_on_the_terms_they_have(on_team: Subscriber) -> None:
    # 100 credits a month: solo is 9.99, the same as top-ups 9.50, and team 29.99.
    advice = advice_for(lived(on_team.wallet, *weeks(100, 100, 100)))
    assert rows(advice) == [
        ("No plan, top-ups alone", 950),
        ("Solo", 999),
        ("Team", 2999),
        ("Works", 7999),
    ]
    (told,) = advice.recommendations
    assert told.monthly_cents == 2999 - 950
    assert "$9.50 a month with top-ups alone instead of $29.99 with Team" in told.sentence
    assert (told.facts["package"], told.facts["current_package"]) == (None, "team")


def test_the_terms_one_has_count_also_where_they_are_sold_no_more(on_team: Subscriber) -> None:
    package = on_team.subscription.version.package
    publish(package, price_cents=2099)
    assert rows(advice_for(lived(on_team.wallet, *weeks(350))))[0] == ("Team", 2999)
    archive_package(package=package)
    advice = advice_for(lived(on_team.wallet, *weeks(350)))
    assert advice.comparison
    assert (advice.comparison.current.name, advice.comparison.current.plan_cents) == ("Team", 2999)
    assert advice.recommendations == []


def test_what_is_planned_for_the_next_period_is_what_one_has(on_team: Subscriber) -> None:
    change_plan(subscription=on_team.subscription, package="solo")
    advice = advice_for(lived(on_team.wallet, *weeks(1000)))
    assert advice.comparison and advice.comparison.current.name == "Solo"
    # 900 more than solo has: 81.00.
    assert advice.recommendations[0].monthly_cents == 999 + 8100 - 7999
    cancel_subscription(subscription=on_team.subscription)
    advice = advice_for(lived(on_team.wallet, *weeks(1000)))
    assert advice.comparison and advice.comparison.current.version is None


def test_plans_are_not_compared_while_a_payment_is_overdue(on_team: Subscriber) -> None:
    Subscription.objects.update(status=SubscriptionStatus.PAST_DUE)
    advice = advice_for(lived(on_team.wallet, *weeks(100, 100, 100)))
    assert (advice.comparison, advice.recommendations) == (None, [])


@pytest.fixture
def third_period(on_team: Subscriber) -> tuple[Subscriber, datetime]:
    """Return a subscriber in the third period of team, and a moment in it."""
    for _ in range(2):
        on_team.wait(31)
        on_team.hear()
    assert len(on_team.allocations) == 3
    return on_team, on_team.allocations[2].period_start + timedelta(days=12)


def history(subscriber: Subscriber, now: datetime, *used_in_periods: str) -> Any:
    """Return a history of 80 days with so much used in the middle of each period, newest last."""
    recent = lived(subscriber.wallet, days=80, now=now)
    use = [
        used(recent, (now - each.period_start).days - 14, credits)
        for each, credits in zip(subscriber.allocations, used_in_periods, strict=False)
    ]
    return replace(recent, use=use)


def test_a_plan_of_which_less_than_a_tenth_was_used_twice_is_idle(
    third_period: tuple[Subscriber, datetime],
) -> None:
    subscriber, now = third_period
    recent = history(subscriber, now, "34", "20")
    (told,) = advice_for(recent).recommendations
    assert told.kind == RecommendationKind.IDLE_SUBSCRIPTION
    assert "You used 54 of the 700 credits of Team in its last 2 periods" in told.sentence
    comparison = advice_for(recent).comparison
    assert comparison
    by_name = {row.name: row.monthly_cents for row in comparison.rows}
    assert by_name["Team"] == 2999
    assert told.monthly_cents == 2999 - by_name["No plan, top-ups alone"]
    assert [each["used"] for each in told.facts["periods"]] == ["20.0000", "34.0000"]
    assert told.facts["package"] == "team"


def test_a_plan_is_not_idle_where_a_tenth_was_used_once_or_a_period_is_missing(
    third_period: tuple[Subscriber, datetime],
) -> None:
    subscriber, now = third_period
    for use in (("35", "0"), ("0", "35")):
        assert kinds(advice_for(history(subscriber, now, *use))) == ["better_package"]
    recent = replace(history(subscriber, now, "1", "1"), days=60)
    assert kinds(advice_for(recent)) == ["better_package"]


def test_who_cancelled_an_idle_plan_hears_no_more_of_it(
    third_period: tuple[Subscriber, datetime],
) -> None:
    subscriber, now = third_period
    cancel_subscription(subscription=subscriber.subscription)
    assert advice_for(history(subscriber, now, "1", "1")).recommendations == []

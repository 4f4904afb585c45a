"""How long credits last: the arithmetic, and what it is fed with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditsite.accounts.models import User
from creditsite.kernel import clock
from wallet.actions import Posting, open_wallet, place_hold, reverse_spend
from wallet.models import LedgerEntry, UsageDay, Wallet
from wallet.reports.forecast import (
    HORIZON_DAYS,
    Forecast,
    FreeLot,
    NoDate,
    forecast,
    forecast_sentence,
    forecasts,
    wallet_forecast,
)
from wallet.tests.conftest import ACTOR, Give
from wallet.tests.older import make_older

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
Spend = Callable[..., Posting]

credits = st.decimals(min_value=0, max_value=10_000, places=4)
expiries = st.one_of(
    st.just(clock.NEVER),
    st.integers(min_value=1, max_value=500 * 24).map(lambda hours: NOW + timedelta(hours=hours)),
)
some_lots = st.lists(st.builds(FreeLot, credits, expiries), max_size=6)
some_days = st.lists(credits, min_size=7, max_size=28)


def lot(credits: str, *, days: float | None = None) -> FreeLot:
    return FreeLot(Decimal(credits), clock.NEVER if days is None else NOW + timedelta(days=days))


def steady(credits: str, days: int = 28) -> list[Decimal]:
    return [Decimal(credits)] * days


def hour_by_hour(lots: list[FreeLot], per_hour: Fraction) -> int | None:
    """Return the whole days until nothing is left, by doing it: the model of `forecast`."""
    left = [(Fraction(one.credits), one.expires_at) for one in lots]
    for hour in range(HORIZON_DAYS * 24 + 1):
        now = NOW + timedelta(hours=hour)
        left = [(credits, until) for credits, until in left if credits and until > now]
        if not left:
            return hour // 24
        need = per_hour
        for place, (credits, until) in enumerate(left):
            taken = min(need, credits)
            left[place] = (credits - taken, until)
            need -= taken
    return None


def test_a_steady_use_runs_out_when_division_says() -> None:
    told = forecast([lot("125")], steady("10"), NOW)
    assert (told.days, told.least_days, told.most_days) == (12, 12, 12)
    assert told.runs_out_on == date(2026, 12, 4)
    assert told.per_day == Decimal("10.0000")
    assert told.no_date is None


def test_the_range_takes_the_quarters_of_the_days() -> None:
    daily = [Decimal(number) for number in range(29)]
    told = forecast([lot("140")], daily, NOW)
    assert (told.least_days, told.days, told.most_days) == (6, 10, 20)
    assert (told.earliest_on, told.latest_on) == (date(2026, 11, 28), date(2026, 12, 12))


def test_one_unusual_day_moves_nothing() -> None:
    told = forecast([lot("100")], [*steady("10", 27), Decimal(5000)], NOW)
    assert told.days == 10


@pytest.mark.parametrize(
    ("daily", "reason"),
    [
        ([], NoDate.TOO_LITTLE_HISTORY),
        (steady("10", 6), NoDate.TOO_LITTLE_HISTORY),
        (steady("0"), NoDate.NO_REGULAR_USE),
        ([*steady("0", 15), *steady("9", 13)], NoDate.NO_REGULAR_USE),
        (steady("0.1"), NoDate.BEYOND_A_YEAR),
    ],
)
def test_without_ground_no_date_is_told_but_why(daily: list[Decimal], reason: NoDate) -> None:
    told = forecast([lot("100")], daily, NOW)
    assert told.no_date == reason
    assert (told.days, told.runs_out_on, told.most_days, told.latest_on) == (None,) * 4


def test_seven_days_are_enough_and_a_year_is_told() -> None:
    assert forecast([lot("70")], steady("10", 7), NOW).days == 7
    assert forecast([lot("3650")], steady("10"), NOW).days == 365
    assert forecast([lot("3650.01")], steady("10"), NOW).no_date == NoDate.BEYOND_A_YEAR


def test_nothing_left_is_out_today_whatever_was_used() -> None:
    told = forecast([lot("5", days=-1)], [], NOW)
    assert (told.days, told.runs_out_on, told.no_date) == (0, NOW.date(), None)


def test_credits_that_lapse_first_are_not_counted_on() -> None:
    assert forecast([lot("100", days=2), lot("30")], steady("10"), NOW).days == 5
    assert forecast([lot("30"), lot("100", days=2)], steady("10"), NOW).days == 3
    assert forecast([lot("30"), lot("100", days=4)], steady("10"), NOW).days == 4


@settings(max_examples=50, deadline=None)
@given(some_lots, some_days)
def test_days_are_what_doing_it_hour_by_hour_gives(
    lots: list[FreeLot], daily: list[Decimal]
) -> None:
    told = forecast(lots, daily, NOW)
    if told.no_date in (NoDate.TOO_LITTLE_HISTORY, NoDate.NO_REGULAR_USE) or not told.available:
        return
    ordered = sorted(Fraction(day) for day in daily)
    half = len(ordered) // 2
    median = ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
    done = hour_by_hour(lots, median / 24)
    if told.days is None or done is None:
        assert (told.days or HORIZON_DAYS, done or HORIZON_DAYS) == (HORIZON_DAYS, HORIZON_DAYS)
    else:
        # Used up within an hour is seen at its end, which may be the next day's beginning.
        assert done - told.days in (0, 1)


@settings(max_examples=50, deadline=None)
@given(some_lots, some_days, credits)
def test_more_credits_never_last_shorter(
    lots: list[FreeLot], daily: list[Decimal], more: Decimal
) -> None:
    fewer = forecast(lots, daily, NOW)
    added = forecast([*lots, FreeLot(more, clock.NEVER)], daily, NOW)
    if fewer.days is None:
        assert added.days is None
    elif added.days is not None:
        assert added.days >= fewer.days


@settings(max_examples=50, deadline=None)
@given(some_lots, some_days)
def test_the_range_holds_the_day_and_facts_say_it(
    lots: list[FreeLot], daily: list[Decimal]
) -> None:
    told = forecast(lots, daily, NOW)
    assert (told.days is None) == (told.no_date is not None)
    if told.days is not None:
        assert told.least_days is not None and told.least_days <= told.days <= HORIZON_DAYS
        assert told.most_days is None or told.days <= told.most_days <= HORIZON_DAYS
        assert told.runs_out_on == NOW.date() + timedelta(days=told.days)
    assert told.facts()["days"] == told.days


@settings(max_examples=50, deadline=None)
@given(some_lots, some_days)
def test_a_lot_that_never_lapses_lasts_longest(lots: list[FreeLot], daily: list[Decimal]) -> None:
    lapsing = forecast(lots, daily, NOW)
    lasting = forecast([FreeLot(one.credits, clock.NEVER) for one in lots], daily, NOW)
    if lasting.days is not None:
        assert lapsing.days is not None and lapsing.days <= lasting.days


def lasts(days: int, least: int, most: int | None, credits: int = 1) -> Forecast:
    return Forecast(
        Decimal(credits), 28, days=days, least_days=least, most_days=most, today=NOW.date()
    )


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (lasts(12, 9, 20), "About 12 days left, until 4 December; between 9 and 20."),
        (lasts(40, 30, None), "About 40 days left, until 1 January 2027; 30 or more."),
        (lasts(1, 1, 1), "About 1 day left, until 23 November."),
        (lasts(0, 0, 3), "Less than a day left."),
        (lasts(0, 0, 0, credits=0), "No credits are left."),
        (
            Forecast(Decimal(1), 3, no_date=NoDate.TOO_LITTLE_HISTORY),
            "How long credits last can be told after 7 whole days.",
        ),
    ],
)
def test_it_is_put_in_words(told: Forecast, words: str) -> None:
    assert forecast_sentence(told) == words


def test_a_wallet_is_read_from_its_first_entry_to_yesterday(
    wallet: Wallet, give: Give, spend: Spend
) -> None:
    give("1000")
    for number in range(10):
        spend("10", f"day-{number}")
        make_older(1)
    spend("500", "today")
    told = wallet_forecast(wallet)
    assert told.history_days == 10
    assert told.per_day == Decimal(10)
    assert (told.available, told.days) == (Decimal(400), 40)


def test_history_is_four_weeks_and_days_without_a_spend_count_as_none(
    wallet: Wallet, give: Give, spend: Spend
) -> None:
    give("1000")
    spend("900", "long ago")
    make_older(30)
    assert wallet_forecast(wallet).history_days == 28
    for number in range(15):
        spend("2", f"day-{number}")
        make_older(1)
    told = wallet_forecast(wallet)
    assert (told.history_days, told.per_day) == (28, Decimal(2))
    assert told.least_days == told.days == 35
    assert told.most_days is None


def test_what_was_reversed_was_not_used_and_what_is_held_is_not_left(
    wallet: Wallet, give: Give, spend: Spend
) -> None:
    give("100")
    for number in range(8):
        entry = spend("4", f"day-{number}").entry
        reverse_spend(
            spend=entry, credits=Decimal(3), reason="r", idempotency_key=f"b{number}", actor=ACTOR
        )
        make_older(1)
    place_hold(
        wallet_id=wallet.pk,
        service="runs",
        credits=Decimal(50),
        expires_in=timedelta(hours=1),
        idempotency_key="h",
        actor=ACTOR,
    )
    told = wallet_forecast(wallet)
    assert (told.per_day, told.available, told.days) == (Decimal(1), Decimal(42), 42)


def test_an_empty_wallet_and_a_stranger_s_stay_apart(
    wallet: Wallet, give: Give, spend: Spend, stranger: User
) -> None:
    give("100")
    spend("1", "a")
    other = open_wallet(customer=stranger)
    told = forecasts([wallet.pk, other.pk])
    assert told[wallet.pk].available == Decimal(99)
    assert (told[other.pk].available, told[other.pk].history_days) == (Decimal(0), 0)
    assert LedgerEntry.objects.count() == 2 and UsageDay.objects.count() == 1

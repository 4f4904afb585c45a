"""What months would have cost on terms: numbers by hand, and what holds for all terms."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from billing.models import Interval, Package, PackageVersion, Rollover, VolumeTier
from billing.reports.recommendations.plans import PlanComparison, better_package, rate_plans
from billing.reports.recommendations.rerating import Rerated, rerate
from creditsite.kernel import clock

NOW = clock.now()
# 5% off from 100 credits on, 10% from 500, 15% from 1,000; a credit costs 10 cents.
TIERS = [
    VolumeTier(minimum_credits=Decimal(minimum), percent=Decimal(percent))
    for minimum, percent in ((100, 5), (500, 10), (1000, 15))
]
ALL: dict[str, Any] = {"rollover": Rollover.ALL, "rollover_months": 1}
CAPPED: dict[str, Any] = {
    "rollover": Rollover.CAPPED,
    "rollover_cap": Decimal(20),
    "rollover_months": 1,
}


def terms(key: int = 1, **more: Any) -> PackageVersion:
    """Return 350 credits a month for $29.99 unless told otherwise."""
    package = Package(pk=key, name=f"Plan {key}", slug=f"plan-{key}")
    common = {"price_cents": 2999, "credits": Decimal(350), "currency": "usd"}
    return PackageVersion(pk=key, package=package, **(common | more))


def rated(use: Sequence[int | str], version: PackageVersion | None) -> Rerated:
    return rerate([Decimal(each) for each in use], version, tiers=TIERS, at=NOW)


def cents(use: Sequence[int | str], version: PackageVersion | None) -> tuple[int, int]:
    row = rated(use, version)
    assert row.monthly_cents == row.plan_cents + row.top_up_cents
    return row.plan_cents, row.top_up_cents


def test_without_a_plan_all_is_bought_each_month_at_the_tier_it_reaches() -> None:
    # 400: 38.00, 300: 28.50, 350: 33.25.
    row = rated([400, 300, 350], None)
    assert (row.top_up_cents, row.bought, row.plan_cents) == (3325, 350, 0)
    assert row.name == "No plan, top-ups alone"


def test_a_plan_leaves_to_top_ups_what_its_credits_do_not_cover() -> None:
    # 50 credits are missing in the first month: 5.00 in three months.
    assert cents([400, 300, 350], terms()) == (2999, 167)
    assert rated([400, 300, 350], terms()).bought == Decimal("16.67")


@pytest.mark.parametrize(
    ("rollover", "top_ups"),
    [
        # 50 and 10 are missing: 5.00 and 1.00.
        ({}, 200),
        # 50 of the first month go on to the second; 10 are missing in the third.
        (ALL, 33),
        # 20 go on: 30 and 10 are missing.
        (CAPPED, 133),
    ],
)
def test_what_rolls_over_is_used_in_the_months_it_lasts(
    rollover: dict[str, Any], top_ups: int
) -> None:
    assert cents([300, 400, 360], terms(**rollover)) == (2999, top_ups)


def test_what_rolled_over_lapses_and_does_not_roll_over_again() -> None:
    # The 350 of the first month last to the end of the second, in which none are used of it.
    assert cents([0, 350, 750], terms(**ALL)) == cents([0, 0, 750], terms(**ALL))
    assert cents([0, 0, 750], terms(**ALL)) == (2999, round(50 * 10 / 3))
    two = terms(rollover=Rollover.ALL, rollover_months=2)
    assert cents([0, 0, 1050], two) == (2999, 0)


def test_subscribers_have_their_discount_on_top_ups() -> None:
    # 150 credits: 15.00, less 5% is 14.25, less 20% is 11.40.
    assert cents([500, 350, 350], terms(top_up_discount_percent=Decimal(20))) == (2999, 380)


def test_more_is_bought_where_more_costs_less_and_the_rest_is_used_later() -> None:
    # 100 for 9.50 instead of 96 for 9.60; then 104 less the 4 left.
    assert rated([96, 104, 0], None).top_up_cents == round(1900 / 3)
    assert rated([96, 104, 0], None).bought == Decimal("66.67")


def test_a_top_up_has_its_least_and_its_most() -> None:
    # 10 for 1.00 last for two months of 4, and 10 more are bought in the third.
    assert cents([4, 4, 4], None) == (0, 67)
    # 100,000 twice at 8,500.00, and 50,000.
    assert cents([250_000], None) == (0, 2_125_000)
    assert cents([200_000], None) == (0, 1_700_000)


def test_top_ups_that_last_no_month_carry_nothing_on(settings: Settings) -> None:
    settings.TOP_UP_LIFETIME = clock.NEVER - clock.NEVER
    assert cents([4, 4, 4], None) == (0, 100)


def test_a_yearly_plan_counts_by_twelfths_without_lapsing_in_between() -> None:
    yearly = terms(interval=Interval.YEAR, price_cents=9900, credits=Decimal(1200))
    assert cents([200, 50, 50], yearly) == (825, 0)
    assert cents([50, 50, 200], yearly) == (825, 0)
    assert cents([200, 150, 0], yearly) == (825, 167)


def test_nothing_used_costs_the_plan_alone() -> None:
    assert cents([0, 0, 0], None) == (0, 0)
    assert cents([0], terms()) == (2999, 0)


versions = st.builds(
    lambda key, price, credits, interval, rollover, off: terms(
        key,
        price_cents=price,
        credits=Decimal(credits),
        interval=interval,
        top_up_discount_percent=Decimal(off),
        **rollover,
    ),
    st.integers(1, 6),
    st.integers(50, 50_000),
    st.integers(1, 5_000),
    st.sampled_from(list(Interval)),
    st.sampled_from([{}, ALL, CAPPED]),
    st.integers(0, 60),
)
uses = st.lists(st.decimals(min_value=0, max_value=9_999, places=4), min_size=1, max_size=3)
offers = st.lists(versions, max_size=4, unique_by=lambda each: each.package_id)


@given(uses, offers, st.none() | versions, st.booleans())
@hypothesis_settings(deadline=None)
def test_what_is_recommended_never_costs_more_than_what_one_has(
    use: list[Decimal], offered: list[PackageVersion], current: PackageVersion | None, lasts: bool
) -> None:
    rows = rate_plans(use, current, offered, tiers=TIERS, at=NOW)
    comparison = PlanComparison(84, use, rows, lasts)
    own = rerate(use, current, tiers=TIERS, at=NOW, is_current=True)
    assert comparison.current == own
    told = better_package(comparison)
    if told is None:
        cheapest = min(row.monthly_cents for row in rows)
        assert own.monthly_cents == cheapest or (lasts and current is None)
        return
    (best,) = (
        row
        for row in rows
        if (row.version.package.slug if row.version else None) == told.facts["package"]
    )
    again = rerate(use, best.version, tiers=TIERS, at=NOW)
    assert again.monthly_cents == best.monthly_cents == told.facts["monthly_cents"]
    assert best.monthly_cents < own.monthly_cents
    assert told.monthly_cents == own.monthly_cents - best.monthly_cents


@given(uses, st.none() | versions)
@hypothesis_settings(deadline=None)
def test_top_ups_cover_what_a_plan_does_not_and_nothing_is_free(
    use: list[Decimal], version: PackageVersion | None
) -> None:
    row = rerate(use, version, tiers=TIERS, at=NOW)
    included = version.credits if version else 0
    months = len(use)
    assert row.bought * months >= sum(use) - included * months - Decimal("0.02")
    assert row.top_up_cents >= row.bought * 5 - 1
    assert (row.bought == 0) == (row.top_up_cents == 0)

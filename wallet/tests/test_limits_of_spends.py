"""Limits, as spends and holds meet them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from wallet.actions import (
    BatchItem,
    add_service,
    publish_rate,
    remove_limit,
    set_limit,
    spend_batch,
    spend_credits,
)
from wallet.errors import InsufficientCredits, LimitReached
from wallet.models import LimitPeriod, Service, Wallet
from wallet.tests.conftest import ACTOR
from wallet.tests.model.passing_time import PassingTime
from wallet.tests.model.reading import facts, kinds
from wallet.tests.model.steps import (
    adjust,
    capture,
    grant,
    hold,
    release,
    reverse,
    spend,
    take_back,
)


@pytest.fixture
def limited(wallet: Wallet, service: Service) -> Wallet:
    """A wallet of a hundred credits that may spend ten a day on runs."""
    grant(wallet, "100")
    set_limit(wallet=wallet, period=LimitPeriod.DAY, credits=Decimal(10), service=service)
    return wallet


def test_a_spend_goes_up_to_the_limit_and_not_past_it(limited: Wallet) -> None:
    spend(limited, "7")
    with pytest.raises(LimitReached) as refusal:
        spend(limited, "3.0001", key="k")
    said = facts(refusal.value)
    assert (said["limit"], said["used"]) == (10, 7)
    assert (said["period"], said["service"]) == ("day", "runs")
    assert str(said["resets_at"]).endswith("T00:00:00Z")
    assert kinds(limited) == ["grant", "spend"]
    spend(limited, "3", key="k")


def test_a_replay_is_answered_though_the_limit_is_reached(limited: Wallet) -> None:
    first = spend(limited, "10", key="k")
    assert spend(limited, "10", key="k").pk == first.pk


def test_every_way_to_spend_meets_the_limit(limited: Wallet, service: Service) -> None:
    publish_rate(service=service, credits_per_unit=Decimal(4))
    spend(limited, "7")
    calls: list[Callable[[], object]] = [
        lambda: spend(limited, "4"),
        lambda: hold(limited, "4"),
        lambda: spend_credits(
            wallet_id=limited.pk,
            service="runs",
            quantity=Decimal(1),
            idempotency_key="q",
            actor=ACTOR,
        ),
    ]
    for call in calls:
        with pytest.raises(LimitReached):
            call()
    results = spend_batch(
        items=[BatchItem(limited.pk, "runs", Decimal(one), one) for one in ("0.5", "0.3")],
        actor=ACTOR,
    )
    assert [isinstance(result, LimitReached) for result in results] == [False, True]


def test_an_open_hold_counts_as_used_until_it_is_free_or_overdue(limited: Wallet) -> None:
    placed = hold(limited, "8", hours=1)
    with pytest.raises(LimitReached):
        spend(limited, "3")
    release(placed)
    hold(limited, "8", hours=1)
    PassingTime().passes(hours=2)
    # The overdue one counts no more, before anything was swept.
    spend(limited, "10")


def test_a_capture_is_not_stopped_by_a_limit_and_counts_what_it_took(
    limited: Wallet, service: Service
) -> None:
    placed = hold(limited, "8")
    set_limit(wallet=limited, period=LimitPeriod.DAY, credits=Decimal(1), service=service)
    capture(placed, "6")
    set_limit(wallet=limited, period=LimitPeriod.DAY, credits=Decimal(8), service=service)
    with pytest.raises(LimitReached) as refusal:
        spend(limited, "2.5")
    assert facts(refusal.value)["used"] == 6
    spend(limited, "2")


def test_what_is_reversed_makes_room_again(limited: Wallet) -> None:
    spent = spend(limited, "10")
    reverse(spent, "4")
    with pytest.raises(LimitReached):
        spend(limited, "4.0001")
    spend(limited, "4")


def test_other_services_have_no_share_in_a_services_limit(limited: Wallet) -> None:
    add_service(slug="maps", name="Maps", unit="map", credits_per_unit=Decimal(1))
    spend(limited, "10")
    spend(limited, "50", service="maps")


def test_the_tightest_of_several_limits_counts(limited: Wallet) -> None:
    add_service(slug="maps", name="Maps", unit="map", credits_per_unit=Decimal(1))
    set_limit(wallet=limited, period=LimitPeriod.MONTH, credits=Decimal(12))
    spend(limited, "5", service="maps")
    with pytest.raises(LimitReached) as refusal:
        spend(limited, "8")
    said = facts(refusal.value)
    assert (said["limit"], said["period"], said["service"]) == (12, "month", None)
    spend(limited, "7")


def test_a_limit_of_zero_stops_all_spending(limited: Wallet) -> None:
    set_limit(wallet=limited, period=LimitPeriod.DAY, credits=Decimal(0))
    with pytest.raises(LimitReached):
        spend(limited, "0.0001")


def test_a_removed_limit_stops_nothing(limited: Wallet, service: Service) -> None:
    remove_limit(wallet=limited, period=LimitPeriod.DAY, service=service)
    spend(limited, "50")


def test_missing_credits_are_told_before_limits(limited: Wallet) -> None:
    with pytest.raises(InsufficientCredits):
        spend(limited, "101")


def test_corrections_and_claw_backs_are_no_spending(limited: Wallet) -> None:
    spend(limited, "10")
    adjust(limited, "-20")
    take_back(limited, "20")
    assert kinds(limited) == ["grant", "spend", "adjustment", "clawback"]

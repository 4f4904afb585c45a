"""Which credits lapse before they are used, and what they cost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from creditsite.kernel import clock
from wallet.actions import place_hold
from wallet.models import Service, Wallet
from wallet.reports.lapses import PaidLot, lapses
from wallet.reports.recent import recent_of
from wallet.tests.conftest import ACTOR, Give

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def lot(credits: str, days: float, cents: int = 0, granted: str = "", id: int = 1) -> PaidLot:
    expires_at = NOW + timedelta(days=days) if days else clock.NEVER
    return PaidLot(Decimal(credits), expires_at, id, Decimal(granted or credits), cents)


def told(*lots: PaidLot, per_day: str = "4", days: int = 84) -> list[tuple[str, int, str]]:
    return [
        (f"{each.credits:f}", each.cents, each.on.isoformat())
        for each in lapses(lots, Decimal(per_day), NOW, days)
    ]


def test_what_the_pace_does_not_reach_lapses_at_its_cost() -> None:
    assert told(lot("100", 10, 1000), lot("50", 400, 500)) == [("60.0000", 600, "2026-11-11")]


def test_lots_before_it_are_drawn_first_whenever_they_expire() -> None:
    first, second = lot("30", 300, 300), lot("40", 10, 400)
    # 30 of the first take 7.5 days; 2.5 days are left for the second.
    assert told(first, second) == [("30.0000", 300, "2026-11-11")]
    assert told(second, first) == []


def test_an_unused_wallet_lets_everything_lapse_in_its_order() -> None:
    lots = lot("10", 20, 100), lot("20", 5, 150), lot("5", 85, 50), lot("7", 0, 70)
    assert told(*lots, per_day="0") == [
        ("20.0000", 150, "2026-11-06"),
        ("10.0000", 100, "2026-11-21"),
    ]
    assert len(told(*lots, per_day="0", days=85)) == 3


def test_the_last_credits_of_a_lot_cost_what_the_ledger_says() -> None:
    # 3 credits for 100 cents: the running total is rounded, 33, 67, 100.
    third = lot("1", 1, 100, granted="3")
    assert told(third, per_day="0") == [("1.0000", 33, "2026-11-02")]
    assert told(lot("2", 1, 100, granted="3"), per_day="0") == [("2.0000", 67, "2026-11-02")]


def test_nothing_lapses_where_it_is_used_to_the_moment() -> None:
    assert told(lot("40", 10, 400)) == []
    assert told(lot("40.0004", 10, 400)) == [("0.0004", 0, "2026-11-11")]


@given(
    st.lists(
        st.tuples(st.integers(1, 10**6), st.integers(0, 500), st.integers(0, 10**6)), max_size=8
    ),
    st.integers(0, 10**5),
)
def test_no_more_lapses_than_there_was_and_busier_days_let_less_lapse(
    lots: list[tuple[int, int, int]], per_day: int
) -> None:
    given_lots = [
        lot(str(Decimal(credits) / 100), days, cents, id=place)
        for place, (credits, days, cents) in enumerate(lots)
    ]
    found = lapses(given_lots, Decimal(per_day), NOW, 84)
    for each in found:
        assert 0 < each.credits <= each.lot.credits and 0 <= each.cents <= each.lot.cost_cents
    assert len({each.lot.id for each in found}) == len(found)
    busier = lapses(given_lots, Decimal(per_day + 1), NOW, 84)
    assert sum(each.credits for each in busier) <= sum(each.credits for each in found)


def test_free_lots_come_in_the_draw_order_without_what_is_held(
    wallet: Wallet, give: Give, service: Service
) -> None:
    soon, later = clock.now() + timedelta(days=5), clock.now() + timedelta(days=50)
    for credits, cents, expires_at, priority in (
        ("10", 100, later, 0),
        ("20", 100, soon, 0),
        ("30", 0, soon, 0),
        ("40", 100, soon, 0),
        ("50", 100, later, -1),
    ):
        give(credits, cost_cents=cents, expires_at=expires_at, priority=priority)
    place_hold(
        wallet_id=wallet.pk,
        service=service.slug,
        credits=Decimal(55),
        expires_in=timedelta(hours=1),
        idempotency_key="h",
        actor=ACTOR,
    )
    found = recent_of(wallet).lots
    assert [(each.granted, each.credits) for each in found] == [
        (30, 25),
        (40, 40),
        (20, 20),
        (10, 10),
    ]


def test_an_empty_wallet_has_no_lots(wallet: Wallet) -> None:
    assert recent_of(wallet).lots == []
    assert lapses([], Decimal(1), NOW, 84) == []

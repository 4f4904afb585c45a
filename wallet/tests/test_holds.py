"""Holds: set aside in lots, captured from them once, freed at the latest when they time out."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from creditsite.kernel.errors import IdempotencyKeyReused
from wallet.actions import close_wallet, pause_wallet
from wallet.actions.holds import LONGEST_HOLD, place_hold
from wallet.errors import (
    CaptureAboveHold,
    HoldAlreadySettled,
    HoldNotFound,
    HoldTimeOutOfRange,
    InsufficientCredits,
    NothingToRollOver,
)
from wallet.models import Hold, HoldStatus, Service, ServiceStatus, UsageDay, Wallet
from wallet.tests.conftest import ACTOR
from wallet.tests.model.passing_time import PassingTime
from wallet.tests.model.reading import cents, draws, facts, figures, kinds, numbers, state
from wallet.tests.model.steps import (
    adjust,
    capture,
    carry,
    grant,
    hold,
    release,
    reverse,
    spend,
    take_back,
)

pytestmark = pytest.mark.usefixtures("service")


def test_a_hold_sets_credits_aside_in_the_lots_that_would_be_drawn(wallet: Wallet) -> None:
    later, sooner = grant(wallet, "10"), grant(wallet, "4", hours=5)
    placed = hold(wallet, "6")
    assert placed.status == HoldStatus.OPEN
    assert figures(wallet) == numbers(14, 6, 0, 8)
    assert (state(sooner), state(later)) == ((4, 4), (10, 2))
    assert kinds(wallet) == ["grant", "grant"]


def test_what_is_held_cannot_be_spent_adjusted_clawed_back_or_rolled_over(wallet: Wallet) -> None:
    lot = grant(wallet, "10")
    hold(wallet, "6")
    with pytest.raises(InsufficientCredits) as refusal:
        spend(wallet, "4.0001")
    assert facts(refusal.value)["available"] == 4
    with pytest.raises(InsufficientCredits):
        adjust(wallet, "-4.0001")
    taken = take_back(wallet, "10", lot=lot)
    assert (taken.taken, taken.owed) == (4, 6)
    with pytest.raises(NothingToRollOver):
        carry(lot)
    assert figures(wallet) == numbers(6, 6, 6, 0)


def test_a_capture_draws_on_exactly_the_lots_that_were_held(wallet: Wallet) -> None:
    first = grant(wallet, "4", hours=5, cost_cents=40)
    second = grant(wallet, "10", cost_cents=300)
    placed = hold(wallet, "6")
    # Would be drawn before both, had it been there when the hold was placed.
    grant(wallet, "50", priority=-1)
    entry = capture(placed, "6").entry
    assert draws(entry) == [(first.pk, -4), (second.pk, -2)]
    assert (cents(entry), entry.cost_cents) == ([-40, -60], -100)
    assert (entry.kind, entry.hold_id) == ("spend", placed.pk)
    assert figures(wallet) == numbers(58, 0, 0, 58)
    assert (state(first), state(second)) == ((0, 0), (8, 0))
    placed.refresh_from_db()
    assert (placed.status, placed.captured) == (HoldStatus.CAPTURED, 6)
    PassingTime().verify()


def test_a_capture_of_a_part_frees_the_rest(wallet: Wallet) -> None:
    first, second = grant(wallet, "4", hours=5), grant(wallet, "10")
    entry = capture(hold(wallet, "6"), "5").entry
    assert draws(entry) == [(first.pk, -4), (second.pk, -1)]
    assert figures(wallet) == numbers(9, 0, 0, 9)
    assert state(second) == (9, 0)


def test_a_capture_counts_as_use_of_its_day(wallet: Wallet, service: Service) -> None:
    grant(wallet, "10")
    reverse(capture(hold(wallet, "6"), "5").entry, "2")
    day = UsageDay.objects.get(wallet=wallet, service=service)
    assert (day.spends, day.credits, day.reversed) == (1, 5, 2)


def test_more_than_is_held_is_never_captured(wallet: Wallet) -> None:
    grant(wallet, "10")
    placed = hold(wallet, "6")
    with pytest.raises(CaptureAboveHold) as refusal:
        capture(placed, "6.0001", key="k")
    assert facts(refusal.value) == {"held": 6}
    assert figures(wallet) == numbers(10, 6, 0, 4)
    assert not capture(placed, "6", key="k").replayed


def test_the_same_capture_again_answers_the_first_entry_under_any_key(wallet: Wallet) -> None:
    grant(wallet, "10")
    placed = hold(wallet, "6")
    first = capture(placed, "5")
    assert not first.replayed
    for key in ("", "other"):
        again = capture(placed, "5", key=key)
        assert again.replayed and again.entry.pk == first.entry.pk
    assert first.entry.retries.count == 2
    assert kinds(wallet) == ["grant", "spend"]


@pytest.mark.parametrize("key", ["", "other"])
def test_another_capture_of_a_captured_hold_is_refused(wallet: Wallet, key: str) -> None:
    grant(wallet, "10")
    placed = hold(wallet, "6")
    capture(placed, "5")
    with pytest.raises(HoldAlreadySettled) as refusal:
        capture(placed, "4", key=key)
    assert facts(refusal.value) == {"hold_status": "captured", "captured": 5}
    with pytest.raises(HoldAlreadySettled):
        release(placed)


def test_a_key_of_another_request_captures_nothing(wallet: Wallet) -> None:
    grant(wallet, "10", key="granted")
    one, other = hold(wallet, "1", key="one"), hold(wallet, "1", key="other")
    capture(other, "1", key="captured")
    for key in ("granted", "one", "captured"):
        with pytest.raises(IdempotencyKeyReused):
            capture(one, "1", key=key)


def test_a_released_hold_frees_everything_and_stays_released(wallet: Wallet) -> None:
    lot = grant(wallet, "10")
    placed = hold(wallet, "6")
    assert release(placed).status == HoldStatus.RELEASED
    assert release(placed).status == HoldStatus.RELEASED
    assert figures(wallet) == numbers(10, 0, 0, 10)
    assert state(lot) == (10, 0)
    with pytest.raises(HoldAlreadySettled) as refusal:
        capture(placed, "1")
    assert facts(refusal.value) == {"hold_status": "released", "captured": 0}
    assert kinds(wallet) == ["grant"]


def test_an_overdue_hold_counts_as_released_before_the_sweep_says_so(wallet: Wallet) -> None:
    lot = grant(wallet, "10")
    placed, time = hold(wallet, "6", hours=1), PassingTime()
    time.passes(hours=2)
    placed.refresh_from_db()
    assert placed.status_now == HoldStatus.EXPIRED
    assert figures(wallet) == numbers(10, 6, 0, 10)
    with pytest.raises(HoldAlreadySettled) as refusal:
        capture(placed, "1")
    assert facts(refusal.value) == {"hold_status": "expired", "captured": 0}
    assert draws(spend(wallet, "10")) == [(lot.pk, -10)]
    placed.refresh_from_db()
    assert placed.status == HoldStatus.EXPIRED
    assert wallet.events.filter(kind="hold.expired").count() == 1
    time.verify()


def test_releasing_an_overdue_hold_writes_down_that_it_timed_out(wallet: Wallet) -> None:
    grant(wallet, "10")
    placed = hold(wallet, "6", hours=1)
    PassingTime().passes(hours=2)
    assert release(placed).status == HoldStatus.EXPIRED
    assert release(placed).status == HoldStatus.EXPIRED
    assert figures(wallet) == numbers(10, 0, 0, 10)


def test_a_repeated_key_answers_the_first_hold(wallet: Wallet) -> None:
    grant(wallet, "10")
    first = hold(wallet, "6", key="k")
    release(first)
    again = hold(wallet, "6", key="k")
    assert (again.pk, again.status) == (first.pk, HoldStatus.RELEASED)
    assert wallet.holds.count() == 1


def test_keys_are_shared_by_holds_and_entries(wallet: Wallet) -> None:
    grant(wallet, "10", key="granted")
    hold(wallet, "1", key="held")
    with pytest.raises(IdempotencyKeyReused):
        hold(wallet, "1", key="granted")
    with pytest.raises(IdempotencyKeyReused):
        hold(wallet, "2", key="held")
    with pytest.raises(IdempotencyKeyReused):
        spend(wallet, "1", key="held")


def test_a_refused_hold_leaves_nothing_and_does_not_use_up_its_key(wallet: Wallet) -> None:
    lot = grant(wallet, "5")
    with pytest.raises(InsufficientCredits) as refusal:
        hold(wallet, "5.0001", key="k")
    assert facts(refusal.value)["required"] == Decimal("5.0001")
    assert facts(refusal.value)["available"] == 5
    assert refusal.value.next_step is not None
    assert not wallet.holds.exists()
    assert state(lot) == (5, 0)
    grant(wallet, "1")
    assert hold(wallet, "5.0001", key="k").credits == Decimal("5.0001")


@pytest.mark.parametrize("time", [timedelta(0), timedelta(seconds=-1), LONGEST_HOLD * 2])
def test_a_hold_lasts_from_a_second_to_a_month(wallet: Wallet, time: timedelta) -> None:
    grant(wallet, "5")
    with pytest.raises(HoldTimeOutOfRange):
        place_hold(
            wallet_id=wallet.pk,
            service="runs",
            credits=Decimal(1),
            expires_in=time,
            idempotency_key="k",
            actor=ACTOR,
        )


def test_work_that_was_begun_is_settled_while_everything_is_paused(
    wallet: Wallet, service: Service
) -> None:
    grant(wallet, "10")
    captured, released = hold(wallet, "2"), hold(wallet, "3")
    pause_wallet(wallet=wallet, reason="r", actor=ACTOR)
    service.status = ServiceStatus.PAUSED
    service.save()
    assert capture(captured, "2").entry.balance_after == 8
    assert release(released).status == HoldStatus.RELEASED


def test_a_settled_hold_answers_the_same_after_its_wallet_was_closed(wallet: Wallet) -> None:
    grant(wallet, "10")
    captured, released = hold(wallet, "2"), hold(wallet, "3")
    first = capture(captured, "2").entry
    release(released)
    close_wallet(wallet=wallet, reason="r", actor=ACTOR)
    assert capture(captured, "2").entry.pk == first.pk
    assert capture(captured, "2", key="other").entry.pk == first.pk
    with pytest.raises(HoldAlreadySettled):
        capture(captured, "1")
    with pytest.raises(HoldAlreadySettled):
        capture(released, "1")
    assert release(released).status == HoldStatus.RELEASED


def test_a_hold_that_is_not_there_is_not_found(wallet: Wallet) -> None:
    with pytest.raises(HoldNotFound):
        capture(Hold(pk=10**9), "1")
    with pytest.raises(HoldNotFound):
        release(Hold(pk=10**9))

"""The switch: stops what is new, lets what was begun or paid go on."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from pytest_django.fixtures import Settings

from wallet.actions import (
    BatchItem,
    expire_grants,
    pause_system,
    resume_system,
    spend_batch,
)
from wallet.errors import ReasonRequired, SystemPaused, SystemPauseUnchanged
from wallet.models import SystemPause, Wallet
from wallet.tests.conftest import ACTOR
from wallet.tests.model.passing_time import PassingTime
from wallet.tests.model.reading import facts, kinds
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


def pause() -> SystemPause:
    return pause_system(reason="Migration.", actor=ACTOR)


def test_a_pause_stops_spends_and_new_holds_and_says_why(wallet: Wallet) -> None:
    grant(wallet, "9")
    pause()
    calls: list[Callable[[], object]] = [lambda: spend(wallet, "1"), lambda: hold(wallet, "1")]
    for call in calls:
        with pytest.raises(SystemPaused) as refusal:
            call()
        assert facts(refusal.value) == {"reason": "Migration."}
        assert refusal.value.retry_after is not None
        assert refusal.value.detail.startswith("Migration.")
    assert kinds(wallet) == ["grant"]


def test_a_pause_stops_every_item_of_a_batch(wallet: Wallet) -> None:
    grant(wallet, "9")
    pause()
    results = spend_batch(
        items=[BatchItem(wallet.pk, "runs", Decimal(1), key) for key in "ab"], actor=ACTOR
    )
    assert [type(result) for result in results] == [SystemPaused] * 2


def test_what_was_begun_or_paid_goes_on(wallet: Wallet) -> None:
    old = grant(wallet, "9", hours=1)
    spent = spend(wallet, "1", key="k")
    captured, released = hold(wallet, "2"), hold(wallet, "3")
    pause()
    assert spend(wallet, "1", key="k").pk == spent.pk
    capture(captured, "1")
    release(released)
    reverse(spent)
    grant(wallet, "5")
    adjust(wallet, "-1")
    take_back(wallet, "1")
    carry(old, most="2")
    PassingTime().passes(hours=2)
    expire_grants()
    assert kinds(wallet)[2:] == [
        "spend",
        "reversal",
        "grant",
        "adjustment",
        "clawback",
        "expiry",
        "grant",
        "expiry",
    ]


def test_resuming_lets_the_same_request_through(wallet: Wallet) -> None:
    grant(wallet, "9")
    pause()
    with pytest.raises(SystemPaused):
        spend(wallet, "1", key="k")
    ended = resume_system(actor=ACTOR)
    assert ended.resumed_by == str(ACTOR) and ended.resumed_at is not None
    assert spend(wallet, "1", key="k").credits == -1


def test_only_one_pause_at_a_time(db: None) -> None:
    with pytest.raises(SystemPauseUnchanged):
        resume_system(actor=ACTOR)
    pause()
    with pytest.raises(SystemPauseUnchanged):
        pause()
    resume_system(actor=ACTOR)
    with pytest.raises(SystemPauseUnchanged):
        resume_system(actor=ACTOR)
    pause()
    assert SystemPause.objects.count() == 2


def test_a_pause_needs_a_reason(db: None) -> None:
    with pytest.raises(ReasonRequired):
        pause_system(reason=" ", actor=ACTOR)
    assert not SystemPause.objects.exists()


def test_a_site_with_credits_switched_off_spends_and_holds_nothing(
    wallet: Wallet, settings: Settings
) -> None:
    grant(wallet, "10")
    placed = hold(wallet, "2", key="held")
    spent = spend(wallet, "1", key="spent")
    settings.CREDIT_SYSTEM_ENABLED = False
    for call in (spend, hold):
        with pytest.raises(SystemPaused):
            call(wallet, "1")
    # What was done before is answered: nobody is told that nothing was charged.
    assert hold(wallet, "2", key="held") == placed
    assert spend(wallet, "1", key="spent") == spent
    capture(placed, "2")
    grant(wallet, "1")

"""What is left at the end of a period goes on as the terms say, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from pytest_django import Settings

from billing.actions import cancel_subscription, change_plan, end_subscription, settle_periods
from billing.models import Rollover, Subscription
from billing.tests.packages import make_package
from billing.tests.subscribers import Subscriber
from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from wallet.actions import adjust_wallet, expire_grants, grant_credits, roll_over
from wallet.models import Grant, GrantSource, Wallet
from wallet.verification import Fault, verify_wallets

pytestmark = pytest.mark.django_db(transaction=True)
CAPPED = {"rollover": Rollover.CAPPED, "rollover_cap": Decimal(100), "rollover_months": 2}
ALL = {"rollover": Rollover.ALL, "rollover_months": 1}


def begin(subscriber: Subscriber, **terms: object) -> datetime:
    """Subscribe to 350 credits a month by these terms; return the end of the first period."""
    make_package("rolling", **terms)
    end = subscriber.begin("rolling").period_end
    assert end
    return end


def rolled(subscriber: Subscriber) -> list[Grant]:
    found = Grant.objects.filter(wallet=subscriber.wallet, source=GrantSource.ROLLOVER)
    return list(found.order_by("pk"))


def ledger_faults() -> list[Fault]:
    return [fault for progress in verify_wallets() for fault in progress.faults]


def use(wallet: Wallet, credits: int) -> None:
    """Leave fewer credits, as spends do."""
    adjust_wallet(
        wallet=wallet,
        credits=Decimal(-credits),
        reason="Used",
        idempotency_key=f"use-{credits}",
        actor=Actor.system("test"),
    )


def test_a_capped_rollover_moves_the_cap_at_most(subscriber: Subscriber) -> None:
    end = begin(subscriber, **CAPPED)
    assert settle_periods(at=end) == 1
    (lot,) = rolled(subscriber)
    assert (lot.credits, lot.expires_at) == (100, clock.months_after(end, 2))
    assert subscriber.wallet.balance == 350
    (allocation,) = subscriber.allocations
    assert allocation.grant.remaining == 250
    assert allocation.rolled_over and allocation.rolled_over.credits == 100
    assert settle_periods(at=end) == 0
    assert len(rolled(subscriber)) == 1


def test_less_than_the_cap_moves_whole(subscriber: Subscriber) -> None:
    end = begin(subscriber, **CAPPED)
    use(subscriber.wallet, 310)
    settle_periods(at=end)
    assert [lot.credits for lot in rolled(subscriber)] == [40]


def test_all_of_it_moves_where_the_terms_say_so(subscriber: Subscriber) -> None:
    end = begin(subscriber, **ALL)
    settle_periods(at=end)
    assert [lot.credits for lot in rolled(subscriber)] == [350]
    assert rolled(subscriber)[0].cost_cents == 2999


def test_nothing_moves_where_nothing_rolls_or_nothing_is_left(subscriber: Subscriber) -> None:
    end = subscriber.begin().period_end
    assert end
    settle_periods(at=end)
    assert rolled(subscriber) == []
    assert subscriber.allocations[0].settled_at


def test_a_spent_period_is_settled_without_a_rollover(subscriber: Subscriber) -> None:
    end = begin(subscriber, **ALL)
    use(subscriber.wallet, 350)
    assert settle_periods(at=end) == 1
    assert (rolled(subscriber), settle_periods(at=end)) == ([], 0)


def test_nothing_is_settled_before_the_end(subscriber: Subscriber) -> None:
    begin(subscriber, **ALL)
    assert settle_periods() == 0


@pytest.mark.parametrize("verb", [cancel_subscription, end_subscription])
def test_nothing_rolls_over_where_the_plan_ends(
    subscriber: Subscriber, verb: Callable[..., object]
) -> None:
    end = begin(subscriber, **ALL)
    verb(subscription=subscriber.subscription)
    settle_periods(at=end)
    assert rolled(subscriber) == []
    assert subscriber.wallet.balance == 350


def test_an_end_at_stripe_that_nobody_told_counts_too(subscriber: Subscriber) -> None:
    end = begin(subscriber, **ALL)
    stripe_id = subscriber.subscription.stripe_id
    subscriber.account.call("DELETE", f"/v1/subscriptions/{stripe_id}")
    settle_periods(at=end)
    assert rolled(subscriber) == []
    assert subscriber.subscription.status == "ended"


def test_after_an_upgrade_the_cap_is_of_the_better_terms_and_for_all_together(
    subscriber: Subscriber,
) -> None:
    make_package("works", price_cents=7999, credits=Decimal(1000), **CAPPED)
    end = begin(subscriber, **ALL)
    subscriber.wait(10)
    change_plan(subscription=subscriber.subscription, package="works")
    settle_periods(at=end)
    assert sum(lot.credits for lot in rolled(subscriber)) == 100


def test_while_stripe_is_down_a_period_waits(subscriber: Subscriber) -> None:
    end = begin(subscriber, **ALL)
    subscriber.account.switch(api_failure={"status": 503, "times": 2})
    assert (settle_periods(at=end), rolled(subscriber)) == (0, [])
    assert settle_periods(at=end) == 1
    assert len(rolled(subscriber)) == 1


def test_what_lapsed_before_it_was_settled_comes_back(
    subscriber: Subscriber, settings: Settings
) -> None:
    settings.ALLOCATION_GRACE = timedelta(days=-40)
    end = begin(subscriber, **CAPPED)
    assert expire_grants() == 1
    assert subscriber.wallet.balance == 0
    settle_periods(at=end)
    assert [(lot.credits, lot.cost_cents) for lot in rolled(subscriber)] == [(100, 856)]
    assert subscriber.wallet.balance == 100
    assert not ledger_faults()


def test_what_an_operator_rolled_over_does_not_go_on_twice(subscriber: Subscriber) -> None:
    end = begin(subscriber, **ALL)
    (allocation,) = subscriber.allocations
    roll_over(
        grant=allocation.grant,
        expires_at=clock.months_after(end, 3),
        idempotency_key="by hand",
        actor=Actor.system("test"),
    )
    settle_periods(at=end)
    assert [lot.credits for lot in rolled(subscriber)] == [350]
    assert subscriber.wallet.balance == 350


def test_what_stripe_has_lost_holds_up_no_other(subscriber: Subscriber, stranger: User) -> None:
    end = begin(subscriber, **ALL)
    other = Subscriber(subscriber.account, subscriber.deliveries, stranger, subscriber.brought)
    other.begin("rolling")
    Subscription.objects.filter(wallet=subscriber.wallet).update(stripe_id="sub_lost")
    assert settle_periods(at=end + timedelta(hours=1)) == 1
    assert [len(rolled(each)) for each in (subscriber, other)] == [0, 1]


def test_nothing_goes_on_whose_time_is_over_by_then(subscriber: Subscriber) -> None:
    end = begin(subscriber, **ALL)
    with time_machine.travel(clock.months_after(end, 1) + timedelta(days=1)):
        assert settle_periods() == 1
    assert rolled(subscriber) == []
    assert subscriber.allocations[0].settled_at


def test_other_credits_stay_and_the_ledger_ties(subscriber: Subscriber) -> None:
    end = begin(subscriber, **ALL)
    grant_credits(
        wallet=subscriber.wallet,
        credits=Decimal(50),
        source=GrantSource.TOP_UP,
        idempotency_key="bought",
        actor=subscriber.customer.actor,
    )
    settle_periods(at=end)
    assert subscriber.wallet.balance == 400
    assert len(rolled(subscriber)) == 1
    assert not ledger_faults()


def test_months_keep_the_day_where_they_have_it() -> None:
    start = datetime(2026, 11, 30, 12, tzinfo=UTC)
    assert clock.months_after(start, 1) == datetime(2026, 12, 30, 12, tzinfo=UTC)
    assert clock.months_after(start, 3) == datetime(2027, 2, 28, 12, tzinfo=UTC)
    assert clock.months_after(start, 13) == datetime(2027, 12, 30, 12, tzinfo=UTC)

"""Usage rolled up over all wallets."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection
from django.db.models import Count, Sum

from creditsite.accounts.models import User
from wallet.actions import (
    Posting,
    grant_credits,
    open_wallet,
    reverse_spend,
    spend_credits,
)
from wallet.actions.usage import roll_up_usage
from wallet.models import GrantSource, Service, ServiceDay, UsageDay, Wallet
from wallet.tests.conftest import ACTOR, Give
from wallet.tests.older import make_older

Spend = Callable[..., Posting]
FIGURES = ("wallets", "spends", "quantity", "credits", "reversed", "failed")


def rolled_up() -> dict[tuple[object, ...], tuple[object, ...]]:
    rows = ServiceDay.objects.values_list("day", "service_id", *FIGURES)
    return {row[:2]: row[2:] for row in rows}


def brute_force() -> dict[tuple[object, ...], tuple[object, ...]]:
    rows = UsageDay.objects.values_list("day", "service_id").annotate(
        Count("wallet"),
        Sum("spends"),
        Sum("quantity"),
        Sum("credits"),
        Sum("reversed"),
        Sum("failed"),
    )
    return {row[:2]: row[2:] for row in rows}


@pytest.fixture
def other_wallet(stranger: User) -> Wallet:
    wallet = open_wallet(customer=stranger)
    grant_credits(
        wallet=wallet,
        credits=Decimal(100),
        source=GrantSource.PROMOTION,
        idempotency_key="g",
        actor=ACTOR,
    )
    return wallet


def test_nothing_used_rolls_up_to_nothing(db: None) -> None:
    assert roll_up_usage() == 0
    assert not ServiceDay.objects.exists()


def test_the_roll_up_is_the_sum_over_all_wallets_and_days(
    give: Give, spend: Spend, service: Service, other_wallet: Wallet
) -> None:
    give("100")
    spend("1.5", "a", outcome="failed")
    make_older(3)
    spend("2", "b")
    spend_credits(
        wallet_id=other_wallet.pk,
        service=service.slug,
        credits=Decimal("4.25"),
        idempotency_key="c",
        actor=ACTOR,
    )
    roll_up_usage()
    assert rolled_up() == brute_force()
    assert len(rolled_up()) == 2
    today = ServiceDay.objects.latest("day")
    assert (today.wallets, today.spends, today.credits) == (2, 2, Decimal("6.2500"))


def test_rolling_up_again_changes_nothing_and_takes_in_what_is_new(
    give: Give, spend: Spend
) -> None:
    give("100")
    spend("1", "a")
    roll_up_usage()
    before = rolled_up()
    roll_up_usage()
    assert rolled_up() == before
    spend("2", "b")
    roll_up_usage()
    assert rolled_up() == brute_force() != before


def test_a_reversal_counts_on_the_day_of_its_spend(give: Give, spend: Spend) -> None:
    give("100")
    old = spend("10", "a").entry
    roll_up_usage()
    make_older(40)
    spend("1", "b")
    roll_up_usage()
    reverse_spend(spend=old, credits=Decimal(4), reason="r", idempotency_key="back", actor=ACTOR)
    roll_up_usage()
    assert rolled_up() == brute_force()
    assert ServiceDay.objects.earliest("day").reversed == Decimal(4)


@pytest.mark.django_db(transaction=True)
def test_roll_ups_at_once_end_in_the_same_sums(give: Give, spend: Spend) -> None:
    give("100")
    spend("3", "a")
    barrier = Barrier(4)

    def run() -> int:
        try:
            connection.ensure_connection()
            barrier.wait()
            return roll_up_usage()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        counts = [job.result() for job in [pool.submit(run) for _ in range(4)]]
    assert counts == [1, 1, 1, 1]
    assert rolled_up() == brute_force()

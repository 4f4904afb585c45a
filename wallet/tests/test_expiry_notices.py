"""Customers are told of credits that expire soon: once, together, and only where it matters."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.core import mail
from django.db import connection

from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.kernel.formatting import day
from wallet.actions import Posting, close_wallet, grant_credits, open_wallet
from wallet.actions.alerts import set_alerts
from wallet.actions.expiry_notices import watch_expiry
from wallet.actions.mails import mail_events
from wallet.models import EventKind, GrantSource, Wallet, WalletEvent
from wallet.tests.conftest import ACTOR, Give

Spend = Callable[..., Posting]
pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def told(wallet: Wallet) -> list[list[str]]:
    """Return the credits of the lots of each notice."""
    events = WalletEvent.objects.filter(wallet=wallet, kind=EventKind.CREDITS_EXPIRE)
    return [[lot["credits"] for lot in event.data["lots"]] for event in events.order_by("pk")]


def warn(wallet: Wallet, days: int | None) -> None:
    set_alerts(wallet=wallet, below=None, days=None, expiry_days=days, limits=False)


def test_what_expires_within_the_days_is_told_once_and_together(wallet: Wallet, give: Give) -> None:
    now = clock.now()
    give("30", expires_at=now + 5 * DAY)
    give("20", expires_at=now + 2 * DAY)
    give("40", expires_at=now + 8 * DAY)
    give("50")
    assert watch_expiry() == 1
    assert told(wallet) == [["20.0000", "30.0000"]]
    assert watch_expiry() == 0
    give("10", expires_at=now + 3 * DAY)
    warn(wallet, 10)
    assert watch_expiry() == 1
    assert told(wallet)[1] == ["10.0000", "40.0000"]


def test_what_was_used_is_not_told(wallet: Wallet, give: Give, spend: Spend) -> None:
    give("30", expires_at=clock.now() + 5 * DAY)
    spend("12.5", "a")
    watch_expiry()
    assert told(wallet) == [["17.5000"]]


def test_nothing_is_told_of_little_of_plans_and_to_who_does_not_want_it(
    wallet: Wallet, give: Give, stranger: User
) -> None:
    give("0.9", expires_at=clock.now() + DAY)
    grant_credits(
        wallet=wallet,
        credits=Decimal(350),
        source=GrantSource.SUBSCRIPTION,
        expires_at=clock.now() + DAY,
        idempotency_key="plan",
        actor=ACTOR,
    )
    assert watch_expiry() == 0
    other = open_wallet(customer=stranger)
    grant_credits(
        wallet=other,
        credits=Decimal(9),
        source=GrantSource.TOP_UP,
        expires_at=clock.now() + DAY,
        idempotency_key="k",
        actor=ACTOR,
    )
    warn(other, None)
    assert watch_expiry() == 0
    warn(other, 1)
    close_wallet(wallet=other, reason="r", actor=ACTOR)
    assert watch_expiry() == 0


def test_the_mail_says_how_many_and_when(wallet: Wallet, give: Give) -> None:
    now = clock.now()
    give("30", expires_at=now + 5 * DAY)
    watch_expiry()
    give("5", expires_at=now + 6 * DAY)
    give("6", expires_at=now + 4 * DAY)
    assert mail_events() == 1
    assert mail.outbox[0].subject == f"30.00 credits expire on {day((now + 5 * DAY).date())}"
    watch_expiry()
    assert mail_events() == 1
    several = mail.outbox[1]
    assert several.subject == f"11.00 credits expire from {day((now + 4 * DAY).date())} on"
    assert f"5.00 credits expire on {day((now + 6 * DAY).date())}" in several.body
    assert "You asked to be told 7 days ahead." in several.body


def test_no_mail_where_they_were_used_meanwhile_or_the_alert_is_off(
    wallet: Wallet, give: Give, spend: Spend
) -> None:
    give("30", expires_at=clock.now() + 5 * DAY)
    watch_expiry()
    spend("30", "a")
    WalletEvent.objects.exclude(kind=EventKind.CREDITS_EXPIRE).update(mailed_at=clock.now())
    assert mail_events() == 0
    give("30", expires_at=clock.now() + 5 * DAY)
    watch_expiry()
    warn(wallet, None)
    assert mail_events() == 0


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_tell_once(wallet: Wallet, give: Give) -> None:
    give("30", expires_at=clock.now() + 5 * DAY)
    start = Barrier(4)

    def look() -> int:
        start.wait()
        try:
            return watch_expiry()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = [future.result() for future in [pool.submit(look) for _ in range(4)]]
    assert sum(found) == 1
    assert len(told(wallet)) == 1

"""A worker killed in the middle of its work costs nobody anything."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from billing.models import StripeEvent, TopUp
from billing.tests.stripe_account import Deliveries, StripeAccount
from wallet.models import Wallet

BASE_DIR = Path(__file__).resolve().parents[2]
START_SECONDS = 40

StartWorker = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def start_worker(database_url: str, stripe_account: StripeAccount) -> Iterator[StartWorker]:
    """Return a function that starts a real worker process on this test's database."""
    started: list[subprocess.Popen[bytes]] = []
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "STRIPE_API_BASE": stripe_account.url,
    }

    def start() -> subprocess.Popen[bytes]:
        started.append(
            subprocess.Popen(
                [
                    *(sys.executable, "manage.py", "procrastinate", "worker"),
                    *("--concurrency", "2", "--fetch-job-polling-interval", "0.2"),
                ],
                cwd=BASE_DIR,
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait(10)


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + START_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def balance() -> int:
    return int(Wallet.objects.get(customer__email="customer@example.com").balance)


def waits_for_a_lock() -> bool:
    """Whether another session of this database waits for a row we hold."""
    with connection.cursor() as cursor:
        # Within a transaction the first look would be repeated for ever.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock' AND pid <> pg_backend_pid())"
        )
        (waits,) = cursor.fetchone()
    return bool(waits)


def let_heartbeats_grow_old() -> None:
    """Let the time pass after which a silent worker counts as gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 hour'"
        )


def test_a_worker_killed_while_it_grants_is_made_good_once(
    start_worker: StartWorker,
    top_up: TopUp,
    stripe_account: StripeAccount,
    deliveries: Deliveries,
) -> None:
    stripe_account.pay(top_up.stripe_session_id)
    with transaction.atomic():
        # The row is held here, so that the worker is caught between receipt and grant.
        TopUp.objects.select_for_update().get(pk=top_up.pk)
        doomed = start_worker()
        _deliver_elsewhere(deliveries, stripe_account)
        until(waits_for_a_lock)
        doomed.send_signal(signal.SIGKILL)
        doomed.wait(10)
    assert balance() == 0
    assert StripeEvent.objects.get().attempts == 1
    let_heartbeats_grow_old()
    start_worker()
    until(lambda: balance() == 500)
    until(lambda: not ProcrastinateJob.objects.filter(status__in=("todo", "doing")).exists())
    event = StripeEvent.objects.get()
    assert (event.state, event.attempts) == ("processed", 2)
    assert top_up.wallet.entries.count() == 1


def test_what_comes_while_no_worker_runs_is_done_by_the_next(
    start_worker: StartWorker,
    top_up: TopUp,
    stripe_account: StripeAccount,
    deliveries: Deliveries,
) -> None:
    stripe_account.pay(top_up.stripe_session_id)
    for event in [*stripe_account.events(), *stripe_account.events()]:
        assert deliveries.bring(event).status_code == 200
    assert balance() == 0
    start_worker()
    until(lambda: balance() == 500)
    assert top_up.wallet.entries.count() == 1


def _deliver_elsewhere(deliveries: Deliveries, stripe_account: StripeAccount) -> None:
    """Deliver the payment on a connection of its own: this one is inside a transaction."""
    from billing.tests.threads import at_once

    event = stripe_account.event("checkout.session.completed")
    (status,) = at_once(lambda event: deliveries.bring(event).status_code, [event])
    assert status == 200

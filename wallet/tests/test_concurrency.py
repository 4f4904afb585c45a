"""Many at once: threads with connections of their own, and processes that are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from threading import Barrier
from typing import TypeVar

import pytest
from django.core.management import call_command
from django.db import connection

from creditsite.accounts.models import User
from creditsite.kernel.errors import DomainError
from creditsite.settings.environment import BASE_DIR
from wallet.actions import (
    BatchItem,
    Posting,
    adjust_wallet,
    grant_credits,
    open_wallet,
    spend_batch,
    spend_credits,
)
from wallet.models import GrantSource, LedgerEntry, Service, Wallet
from wallet.tests.conftest import ACTOR, Give
from wallet.tests.model.steps import grant

pytestmark = pytest.mark.django_db(transaction=True)
Result = TypeVar("Result")


def at_once(calls: list[Callable[[], Result]]) -> list[Result | DomainError]:
    """Run the calls at the same moment, each in a thread with its own connection."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Result]) -> Result | DomainError:
        try:
            connection.ensure_connection()
            barrier.wait()
            return call()
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def spending(wallet_id: int, service: Service, quantity: str, key: str) -> Callable[[], Posting]:
    return lambda: spend_credits(
        wallet_id=wallet_id,
        service=service.slug,
        quantity=Decimal(quantity),
        idempotency_key=key,
        actor=ACTOR,
    )


def test_one_key_at_once_is_spent_once(wallet: Wallet, service: Service, give: Give) -> None:
    give("100")
    results = at_once([spending(wallet.pk, service, "3", "same")] * 10)
    postings = [result for result in results if isinstance(result, Posting)]
    assert len(postings) == 10
    assert {posting.entry.pk for posting in postings} == {postings[0].entry.pk}
    assert sum(not posting.replayed for posting in postings) == 1
    wallet.refresh_from_db()
    assert wallet.balance == Decimal(97)
    call_command("verify_ledger", verbosity=0)


def test_the_last_credits_at_once_are_spent_exactly(
    wallet: Wallet, service: Service, give: Give
) -> None:
    give("3")
    give("2")
    results = at_once([spending(wallet.pk, service, "1", f"key-{n}") for n in range(10)])
    refused = [result for result in results if isinstance(result, DomainError)]
    assert len(refused) == 5
    assert {refusal.code for refusal in refused} == {"insufficient_credits"}
    wallet.refresh_from_db()
    assert wallet.balance == 0
    call_command("verify_ledger", verbosity=0)


def test_batches_their_retries_and_single_spends_wait_in_no_circle(
    wallet: Wallet, stranger: User, service: Service
) -> None:
    other = open_wallet(customer=stranger)
    wallets = [wallet.pk, other.pk]
    for one in (wallet, other):
        grant(one, "1000")

    def batches(number: int) -> int:
        order = wallets if number % 2 else wallets[::-1]
        # The third has a key that is known by then: it goes the way of a single spend.
        for turn in (0, 1, 1, 2, 2):
            key = f"batch {number} {turn}"
            items = [BatchItem(one, "runs", Decimal(1), key) for one in [*order, order[0]]]
            assert all(isinstance(one, Posting) for one in spend_batch(items=items, actor=ACTOR))
        return 3

    def singles(number: int) -> int:
        for turn in range(16):
            spending(wallets[turn % 2], service, "1", f"single {number} {turn}")()
        return 8

    spent = at_once([partial(does, n) for n in range(4) for does in (batches, singles)])
    assert spent == [3, 8] * 4
    for one in (wallet, other):
        one.refresh_from_db()
        assert one.balance == 1000 - (3 + 8) * 4
    call_command("verify_ledger", verbosity=0)


def test_one_grant_key_at_once_is_granted_once(wallet: Wallet) -> None:
    results = at_once(
        [
            lambda: grant_credits(
                wallet=wallet,
                credits=Decimal(500),
                source=GrantSource.TOP_UP,
                idempotency_key="stripe:cs:1",
                actor=ACTOR,
            )
        ]
        * 8
    )
    assert sum(isinstance(result, Posting) and not result.replayed for result in results) == 1
    wallet.refresh_from_db()
    assert wallet.balance == Decimal(500)


def test_everything_at_once_keeps_sums_and_chain(
    wallet: Wallet, service: Service, give: Give
) -> None:
    give("10")

    def granting(number: int) -> Callable[[], Posting]:
        return lambda: grant_credits(
            wallet=wallet,
            credits=Decimal("1.25"),
            source=GrantSource.PROMOTION,
            idempotency_key=f"grant-{number}",
            actor=ACTOR,
        )

    def adjusting(number: int) -> Callable[[], Posting]:
        return lambda: adjust_wallet(
            wallet=wallet,
            credits=Decimal("-0.75"),
            reason="r",
            idempotency_key=f"adjust-{number}",
            actor=ACTOR,
        )

    calls = [
        call
        for number in range(6)
        for call in (
            spending(wallet.pk, service, "2.5", f"spend-{number}"),
            granting(number),
            adjusting(number),
        )
    ]
    results = at_once(calls)
    moved = sum(result.entry.credits for result in results if isinstance(result, Posting))
    wallet.refresh_from_db()
    assert wallet.balance == Decimal(10) + moved
    assert wallet.sequence == LedgerEntry.objects.filter(wallet=wallet).count()
    call_command("verify_ledger", verbosity=0)


SPENDER = """
import django, sys
django.setup()
from decimal import Decimal
from creditsite.kernel.actor import Actor
from wallet.actions import spend_credits
number = 0
while True:
    posting = spend_credits(
        wallet_id=int(sys.argv[1]), service=sys.argv[2], quantity=Decimal(1),
        idempotency_key=f"{sys.argv[3]}-{number}", actor=Actor.system("spender"))
    print(posting.entry.pk, flush=True)
    number += 1
"""


def test_a_killed_process_loses_nothing_it_was_told(
    wallet: Wallet, service: Service, give: Give, database_url: str
) -> None:
    give("1000000")
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "creditsite.settings",
    }
    spenders = [
        subprocess.Popen(
            [sys.executable, "-c", SPENDER, str(wallet.pk), service.slug, f"spender-{number}"],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=BASE_DIR,
        )
        for number in range(2)
    ]
    told: set[int] = set()
    try:
        for spender in spenders:
            assert spender.stdout is not None
            told |= {int(spender.stdout.readline()) for _ in range(20)}
        time.sleep(0.2)
    finally:
        for spender in spenders:
            spender.send_signal(signal.SIGKILL)
    for spender in spenders:
        rest, _ = spender.communicate()
        told |= {int(line) for line in rest.splitlines(keepends=True) if line.endswith("\n")}
    posted = set(LedgerEntry.objects.filter(kind="spend").values_list("pk", flat=True))
    assert told <= posted
    # Of each process at most the spend it was killed in was posted without being told.
    assert len(posted - told) <= len(spenders)
    wallet.refresh_from_db()
    assert wallet.balance == Decimal(1000000 - len(posted))
    call_command("verify_ledger", verbosity=0)

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
from threading import Barrier

import pytest
from django.core.management import call_command
from django.db import connection

from creditsite.kernel.errors import DomainError
from creditsite.settings.environment import BASE_DIR
from wallet.actions import Posting, adjust_wallet, grant_credits, spend_credits
from wallet.models import GrantSource, LedgerEntry, Service, Wallet
from wallet.tests.conftest import ACTOR, Give

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(calls: list[Callable[[], Posting]]) -> list[Posting | DomainError]:
    """Run the calls at the same moment, each in a thread with its own connection."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Posting]) -> Posting | DomainError:
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


def spending(wallet: Wallet, service: Service, quantity: str, key: str) -> Callable[[], Posting]:
    return lambda: spend_credits(
        wallet_id=wallet.pk,
        service=service.slug,
        quantity=Decimal(quantity),
        idempotency_key=key,
        actor=ACTOR,
    )


def test_one_key_at_once_is_spent_once(wallet: Wallet, service: Service, give: Give) -> None:
    give("100")
    results = at_once([spending(wallet, service, "3", "same")] * 10)
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
    results = at_once([spending(wallet, service, "1", f"key-{n}") for n in range(10)])
    refused = [result for result in results if isinstance(result, DomainError)]
    assert len(refused) == 5
    assert {refusal.code for refusal in refused} == {"insufficient_credits"}
    wallet.refresh_from_db()
    assert wallet.balance == 0
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
            spending(wallet, service, "2.5", f"spend-{number}"),
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

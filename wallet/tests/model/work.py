"""What the processes of the concurrency tests do, each in modes of its own name."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from decimal import Decimal
from random import Random

from creditsite.kernel.errors import DomainError
from wallet.actions import BatchItem, Posting, expire_grants, spend_batch
from wallet.errors import InsufficientCredits
from wallet.models import EntryKind, Grant, Hold, LedgerEntry, Wallet
from wallet.tests.conftest import ACTOR
from wallet.tests.model.steps import (
    RUNS,
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

SECONDS = 3
BATCHES = 25
BATCH_ITEMS = 20
SECOND = 1 / 3600


def say(*answer: object) -> None:
    print(*answer, flush=True)  # noqa: T201


def once(_name: str, wallets: list[int]) -> None:
    """Spend under a key that all processes use."""
    say(spend(Wallet(pk=wallets[0]), "3", key="same").pk)


def drain(name: str, wallets: list[int]) -> None:
    """Spend one by one until there is nothing left."""
    for number in itertools.count():
        try:
            say(spend(Wallet(pk=wallets[0]), "1", key=f"{name}-{number}").pk)
        except InsufficientCredits:
            return


def settle(name: str, wallets: list[int]) -> None:
    """Settle every open hold of the wallet, one process from the first, one from the last on."""
    ids = list(Hold.objects.filter(wallet=wallets[0]).order_by("id").values_list("id", flat=True))
    for hold_id in ids if name == "1" else reversed(ids):
        try:
            say(capture(Hold(pk=hold_id), "1", key=f"{name}-{hold_id}").entry.pk)
        except DomainError as refusal:
            say(refusal.code)


def spend_batches(name: str, wallets: list[int]) -> None:
    """Spend in batches over the wallets, in the order they were named."""
    for number in range(BATCHES):
        batch(f"{name}-{number}", wallets)


def batches_until_killed(name: str, wallets: list[int]) -> None:
    for number in itertools.count():
        batch(f"{name}-{number}", wallets)


def batch(key: str, wallets: list[int]) -> None:
    items = [
        BatchItem(wallets[number % len(wallets)], RUNS, Decimal(1), f"{key}-{number}")
        for number in range(BATCH_ITEMS)
    ]
    results = spend_batch(items=items, actor=ACTOR)
    say(*(result.entry.pk for result in results if isinstance(result, Posting)))


def holds_until_killed(name: str, wallets: list[int]) -> None:
    """Place and settle holds, one after the other."""
    for number in itertools.count():
        key = f"{name}-{number}"
        placed = hold(Wallet(pk=wallets[0]), "2", key=key)
        say("hold", placed.pk)
        if number % 3:
            say("entry", capture(placed, "1", key=f"{key}-capture").entry.pk)
        else:
            release(placed)


def everything(name: str, wallets: list[int]) -> None:
    """Do anything to any of the wallets for a few seconds, also to what others made."""
    random, end = Random(time.time_ns()), time.monotonic() + SECONDS
    for number in itertools.count():
        if time.monotonic() > end:
            return
        what, wallet_id = random.choice(list(VERBS)), random.choice(wallets)
        try:
            VERBS[what](random, Wallet(pk=wallet_id), f"{name}-{number}")
            say(what)
        except DomainError as refusal:
            say(what, refusal.code)


def some(random: Random, most: int = 500) -> str:
    return str(Decimal(random.randint(1, most)) / 100)


def any_lot(random: Random, wallet: Wallet) -> Grant:
    return random.choice(Grant.objects.filter(wallet=wallet).order_by("-id")[:20])


def any_hold(random: Random, wallet: Wallet) -> Hold:
    found = Hold.objects.filter(wallet=wallet).order_by("-id")[:6]
    return random.choice(found) if found else Hold(pk=0)


def any_spend(random: Random, wallet: Wallet) -> LedgerEntry:
    spends = LedgerEntry.objects.filter(wallet=wallet, kind=EntryKind.SPEND)
    found = spends.order_by("-sequence")[:20]
    return random.choice(found) if found else LedgerEntry(pk=0)


def put_in(random: Random, wallet: Wallet, key: str) -> None:
    hours = random.choice((None, -SECOND, SECOND, 2 * SECOND))
    grant(wallet, some(random, 2000), hours=hours, cost_cents=random.randint(0, 999), key=key)


VERBS: dict[str, Callable[[Random, Wallet, str], object]] = {
    "grant": put_in,
    "spend": lambda random, wallet, key: spend(wallet, some(random), key=key),
    "batch": lambda random, wallet, key: spend_batch(
        items=[
            BatchItem(one, RUNS, Decimal(some(random)), f"{key}-{one}")
            for one in random.sample([wallet.pk, wallet.pk + 1, wallet.pk - 1], 3)
        ],
        actor=ACTOR,
    ),
    "hold": lambda random, wallet, key: hold(
        wallet, some(random), hours=random.choice((SECOND, 1)), key=key
    ),
    "capture": lambda random, wallet, key: capture(
        any_hold(random, wallet), some(random, 300), key=key
    ),
    "release": lambda random, wallet, _key: release(any_hold(random, wallet)),
    "reverse": lambda random, wallet, key: reverse(
        any_spend(random, wallet), random.choice((None, some(random, 200))), key=key
    ),
    "claw back": lambda random, wallet, key: take_back(
        wallet,
        some(random),
        lot=any_lot(random, wallet),
        go_on=random.random() < 0.5,
        key=key,
    ),
    "adjust": lambda random, wallet, key: adjust(
        wallet, random.choice(("", "-")) + some(random), key=key
    ),
    "roll over": lambda random, wallet, key: carry(
        any_lot(random, wallet), hours=2 * SECOND, key=key
    ),
    "sweep": lambda _random, _wallet, _key: expire_grants(),
}
MODES: dict[str, Callable[[str, list[int]], None]] = {
    mode.__name__: mode
    for mode in (
        once,
        drain,
        settle,
        spend_batches,
        batches_until_killed,
        holds_until_killed,
        everything,
    )
}

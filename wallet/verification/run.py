"""Runs the passes over all wallets, or one, and tells what it found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import DataError, connection, transaction
from django.db.backends.utils import CursorWrapper

from wallet.models import Wallet
from wallet.verification.entries import ENTRIES, UNREADABLE_DRAWS
from wallet.verification.lots import LOTS, ORIGIN, WALLETS
from wallet.verification.passes import Pass
from wallet.verification.records import CLAWBACKS, HOLDS, REVERSALS, USAGE

PASSES = (ENTRIES, LOTS, ORIGIN, WALLETS, HOLDS, REVERSALS, CLAWBACKS, USAGE)
RULES = tuple(rule.name for each in PASSES for rule in each.rules)

ENTRIES_AT_ONCE = 500_000
# A wallet with few entries has lots and days of usage too.
WALLET_WEIGHT = 10
RANGES = """
    SELECT min(id) FROM (
        SELECT id, div(sum(sequence + %(weight)s) OVER (ORDER BY id), %(most)s) AS part
        FROM wallet_wallet
    ) AS numbered GROUP BY part ORDER BY 1
"""
SMALLEST_ID, LARGEST_ID = -(2**63), 2**63 - 1
MOMENT = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'

# What holds a range in memory; a compiler costs more than it gains on passes this short.
SESSION = "SET LOCAL work_mem = '64MB'; SET LOCAL jit = off"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: which rule, in which wallet, at which entry (0: none)."""

    rule: str
    wallet_id: int
    sequence: int
    detail: str

    def __str__(self) -> str:
        place = f"entry {self.sequence}" if self.sequence else "the wallet"
        return f"{self.rule}: wallet {self.wallet_id}, {place}: {self.detail}"


@dataclass(frozen=True)
class Progress:
    """How far a verification is: wallets and entries checked, faults found in this range."""

    wallets: int
    entries: int
    faults: list[Fault]


def first_of_each_rule(faults: Iterable[Fault]) -> list[Fault]:
    """Return the first fault of each rule, in the order they were found."""
    first: dict[str, Fault] = {}
    for fault in faults:
        first.setdefault(fault.rule, fault)
    return list(first.values())


def verify_wallets(*, wallet_id: int | None = None) -> Iterator[Progress]:
    """Check all wallets, or one, and yield after each range of them.

    Reads one consistent picture per range, so that spending may go on meanwhile. Per rule and
    range only the first fault is told.
    """
    ranges = _ranges() if wallet_id is None else iter([(wallet_id, wallet_id)])
    for first, last in ranges:
        yield _verify_range(first, last)


def _ranges() -> Iterator[tuple[int, int]]:
    """Yield ranges of ids that cover all numbers: rows may name a wallet that is not there."""
    with connection.cursor() as cursor:
        cursor.execute(RANGES, {"most": ENTRIES_AT_ONCE, "weight": WALLET_WEIGHT})
        starts = [start for (start,) in cursor.fetchall()][1:]
    firsts, lasts = [SMALLEST_ID, *starts], [*(start - 1 for start in starts), LARGEST_ID]
    yield from zip(firsts, lasts, strict=True)


def _verify_range(first: int, last: int) -> Progress:
    values = {"first": first, "last": last, "moment": MOMENT, "reads_draws": True}
    own_transaction = not connection.in_atomic_block
    faults: list[Fault] = []
    with transaction.atomic(), connection.cursor() as cursor:
        if own_transaction:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute(SESSION)
        entries = _run(cursor, ENTRIES, values, faults)
        if entries is None:
            faults.append(_unreadable(cursor, values))
            entries = _run(cursor, ENTRIES, values | {"reads_draws": False}, faults)
        for each in PASSES[1:]:
            if _run(cursor, each, values, faults) is None and not _names(faults, "shape"):
                faults.append(_unreadable(cursor, values))
        wallets = Wallet.objects.filter(pk__range=(first, last)).count()
    return Progress(wallets, entries or 0, faults)


def _run(
    cursor: CursorWrapper, each: Pass, values: dict[str, Any], faults: list[Fault]
) -> int | None:
    """Add what the pass found to `faults` and return its number of rows; None: can't be read."""
    try:
        with transaction.atomic():
            cursor.execute(each.statement, values)
            rows, *places = cursor.fetchone()
    except DataError:
        return None
    for rule, place in zip(each.rules, places, strict=True):
        if place is not None:
            wallet_id, sequence, *named = place
            detail = rule.says.format(id=named[0] if named else None)
            faults.append(Fault(rule.name, wallet_id, sequence, detail))
    count: int = rows
    return count


def _unreadable(cursor: CursorWrapper, values: dict[str, Any]) -> Fault:
    """Return the fault of the first draws that can't be read, else of the range as a whole."""
    cursor.execute(UNREADABLE_DRAWS, values)
    found = cursor.fetchone()
    if found:
        return Fault("shape", *found)
    return Fault("shape", values["first"], 0, "a hold or some metadata can't be read")


def _names(faults: list[Fault], rule: str) -> bool:
    return any(fault.rule == rule for fault in faults)

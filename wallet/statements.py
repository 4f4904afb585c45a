"""Signed statements: a wallet's entries as they were hashed, which anyone can verify.

`wallet/verify.py` checks them without this site; both know the same format.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from creditsite.kernel import clock
from creditsite.kernel.credits import ZERO
from wallet.errors import StatementOutOfRange
from wallet.models import Wallet
from wallet.signing import published_key, sign

STATEMENT_FORMAT = "creditsite-statement-1"
HEAD_FORMAT = "creditsite-head-1"
MOST_ENTRIES = 10_000

# One statement, so that all of it is one picture: the entries asked for and the one before them.
LINES = """
    SELECT e.sequence, ledger_entry_text(e), e.hash, e.balance_after
    FROM wallet_ledgerentry AS e
    WHERE e.wallet_id = %s AND e.sequence BETWEEN %s AND %s
    ORDER BY e.sequence
"""


@dataclass(frozen=True)
class Head:
    """Where a wallet stood after its entry number `sequence` (0: before its first).

    `newest` is the number of its newest entry when this was signed: where both are the same, the
    head covers all there was.
    """

    wallet: int
    sequence: int
    hash: str
    balance: str
    newest: int
    signed_at: str
    key_id: str

    @property
    def canonical_text(self) -> str:
        """What is signed: the format's name and each value, a line each."""
        return "\n".join([HEAD_FORMAT, *(str(value) for value in asdict(self).values())])


def statement_of(
    wallet: Wallet, *, from_sequence: int = 1, to_sequence: int | None = None
) -> dict[str, Any]:
    """Return the signed statement of the entries between two numbers, both included.

    Without an end it goes up to the newest entry, or to the `MOST_ENTRIES`th: the head tells
    whether more follow. Raises `StatementOutOfRange` where there are no such entries, or too many
    were asked for at once.
    """
    last = from_sequence + MOST_ENTRIES - 1 if to_sequence is None else to_sequence
    if last < from_sequence or last - from_sequence >= MOST_ENTRIES:
        raise StatementOutOfRange(
            f"A statement has from 1 to {MOST_ENTRIES:,} entries. Ask for several.",
            most=MOST_ENTRIES,
        )
    newest, rows = _read(wallet, from_sequence - 1, last)
    if from_sequence > max(newest, 1) or (to_sequence or 0) > newest:
        raise StatementOutOfRange(
            f"The newest entry of this wallet is number {newest}.", newest=newest
        )
    before = rows.pop(0) if from_sequence > 1 else (0, "", b"", ZERO)
    end = rows[-1] if rows else before
    head = _head(wallet, sequence=end[0], digest=end[2], balance=end[3], newest=newest)
    return {
        "format": STATEMENT_FORMAT,
        "wallet": wallet.pk,
        "from": {
            "sequence": from_sequence,
            "hash": bytes(before[2]).hex(),
            "balance": str(before[3]),
        },
        "entries": [{"line": row[1], "hash": bytes(row[2]).hex()} for row in rows],
        **_signed(head),
    }


def head_of(wallet: Wallet) -> dict[str, Any]:
    """Return the signed head of the wallet as it stands."""
    now = Wallet.objects.get(pk=wallet.pk)
    head = _head(
        now, sequence=now.sequence, digest=bytes(now.head), balance=now.balance, newest=now.sequence
    )
    return {"format": HEAD_FORMAT, **_signed(head)}


def _read(
    wallet: Wallet, first: int, last: int
) -> tuple[int, list[tuple[int, str, bytes, Decimal]]]:
    with transaction.atomic(), connection.cursor() as cursor:
        # The entries are never changed: read after the number, all up to it are there.
        newest = Wallet.objects.values_list("sequence", flat=True).get(pk=wallet.pk)
        cursor.execute(LINES, [wallet.pk, first, min(last, newest)])
        return newest, cursor.fetchall()


def _head(wallet: Wallet, *, sequence: int, digest: bytes, balance: Decimal, newest: int) -> Head:
    return Head(
        wallet=wallet.pk,
        sequence=sequence,
        hash=bytes(digest).hex(),
        balance=str(balance),
        newest=newest,
        signed_at=f"{clock.now():%Y-%m-%dT%H:%M:%SZ}",
        key_id=published_key().key_id,
    )


def _signed(head: Head) -> dict[str, Any]:
    return {
        "head": asdict(head),
        "signature": sign(head.canonical_text),
        "public_key": published_key().public_key,
    }

"""Heads that were signed earlier still lie in today's chains, unless a chain was written anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from django.db import connection

from wallet.heads import WalletHead
from wallet.verification.run import Fault

HEADS_AT_ONCE = 5000
STATEMENT = """
    SELECT h.wallet_id, h.sequence
    FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[]) AS h (wallet_id, sequence, hash)
    LEFT JOIN wallet_wallet AS w ON w.id = h.wallet_id
    LEFT JOIN wallet_ledgerentry AS e ON e.wallet_id = h.wallet_id AND e.sequence = h.sequence
    WHERE w.id IS NULL OR w.sequence < h.sequence OR coalesce(e.hash, '') <> h.hash
    ORDER BY h.wallet_id LIMIT 1
"""


def verify_heads(heads: Iterable[WalletHead]) -> Iterator[Fault]:
    """Yield the first fault of every some thousand heads."""
    waiting = iter(heads)
    while batch := list(islice(waiting, HEADS_AT_ONCE)):
        with connection.cursor() as cursor:
            cursor.execute(
                STATEMENT,
                [
                    [head.wallet_id for head in batch],
                    [head.sequence for head in batch],
                    [head.hash for head in batch],
                ],
            )
            found = cursor.fetchone()
        if found:
            wallet_id, sequence = found
            yield Fault("heads", wallet_id, sequence, "it is not the entry whose head was signed")

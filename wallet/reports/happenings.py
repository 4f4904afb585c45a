"""What else happened to a wallet lately beside its entries, in one look."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection

from wallet.models import EventKind, Wallet, WalletStatus

# The newest rows of three tables that have little in common, each as an array of arrays.
NEWEST = """
    (
        SELECT coalesce(jsonb_agg(jsonb_build_array({columns}) ORDER BY r.id DESC), '[]')
        FROM (
            SELECT * FROM {table} WHERE wallet_id = %(wallet)s ORDER BY id DESC LIMIT %(most)s
        ) AS r
    )
"""
TABLES = {
    "wallet_clawback": "r.id, r.credits::text, r.taken::text, r.owed::text, r.reason, r.actor,"
    " r.created_at",
    "wallet_walletevent": "r.id, r.kind, r.created_at",
    "wallet_walletstatuschange": "r.from_status, r.to_status, r.reason, r.actor, r.created_at",
}
STATEMENT = "SELECT" + ",".join(
    NEWEST.format(table=table, columns=columns) for table, columns in TABLES.items()
)


@dataclass(frozen=True)
class ClawbackLine:
    """A claw-back as a line of a table."""

    id: int
    credits: Decimal
    taken: Decimal
    owed: Decimal
    reason: str
    actor: str
    created_at: datetime


@dataclass(frozen=True)
class EventLine:
    """An event as a line of a table."""

    id: int
    label: str
    created_at: datetime


@dataclass(frozen=True)
class StatusLine:
    """A change of the wallet's status as a line of a table."""

    from_label: str
    to_label: str
    reason: str
    actor: str
    created_at: datetime


@dataclass(frozen=True)
class Happenings:
    """The newest of each, newest first."""

    clawbacks: list[ClawbackLine]
    events: list[EventLine]
    status_changes: list[StatusLine]


def happenings(wallet: Wallet, *, most: int) -> Happenings:
    """Return the wallet's newest claw-backs, events and changes of status, so many of each.
    One query."""
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, {"wallet": wallet.pk, "most": most})
        clawbacks, events, changes = map(json.loads, cursor.fetchone())
    return Happenings(
        [
            ClawbackLine(
                id=id,
                credits=Decimal(credits),
                taken=Decimal(taken),
                owed=Decimal(owed),
                reason=reason,
                actor=actor,
                created_at=datetime.fromisoformat(at),
            )
            for id, credits, taken, owed, reason, actor, at in clawbacks
        ],
        [
            EventLine(id, EventKind(kind).label, datetime.fromisoformat(at))
            for id, kind, at in events
        ],
        [
            StatusLine(
                from_label=WalletStatus(before).label,
                to_label=WalletStatus(after).label,
                reason=reason,
                actor=actor,
                created_at=datetime.fromisoformat(at),
            )
            for before, after, reason, actor, at in changes
        ],
    )

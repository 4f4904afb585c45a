"""What else happened to a wallet lately beside its entries, in one look."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from wallet.models import ChangeKind, EventKind, RequestStatus, Wallet, WalletStatus

# The newest rows of tables that have little in common, each as an array of arrays.
NEWEST = """
    (
        SELECT coalesce(jsonb_agg(jsonb_build_array({columns}) ORDER BY r.id DESC), '[]')
        FROM (
            SELECT * FROM {table} WHERE wallet_id = %(wallet)s ORDER BY id DESC LIMIT %(most)s
        ) AS r
    )
"""
ADDRESS = "(SELECT p.email FROM accounts_user AS p WHERE p.id = r.{})"
TABLES = {
    "wallet_clawback": "r.id, r.credits::text, r.taken::text, r.owed::text, r.reason, r.actor,"
    " r.created_at",
    "wallet_walletevent": "r.id, r.kind, r.created_at",
    "wallet_walletstatuschange": "r.from_status, r.to_status, r.reason, r.actor, r.created_at",
    "wallet_walletnote": f"r.text, {ADDRESS.format('author_id')}, r.created_at",
    "wallet_approvalrequest": "r.id, r.status, r.kind, r.credits::text, r.reason,"
    f" {ADDRESS.format('asked_by_id')}, r.asked_at, {ADDRESS.format('decided_by_id')}",
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
class NoteLine:
    """What an operator noted, as a line of a table."""

    text: str
    author: str
    created_at: datetime


@dataclass(frozen=True)
class RequestLine:
    """An approval request as a line of a table; `decided_by` is empty while it waits."""

    id: int
    status_label: str
    kind_label: str
    credits: Decimal
    reason: str
    asked_by: str
    asked_at: datetime
    decided_by: str


@dataclass(frozen=True)
class Happenings:
    """The newest of each, newest first; of requests those first that wait."""

    clawbacks: list[ClawbackLine]
    events: list[EventLine]
    status_changes: list[StatusLine]
    notes: list[NoteLine]
    requests: list[RequestLine]


def happenings(wallet: Wallet, *, most: int) -> Happenings:
    """Return the wallet's newest claw-backs, events, changes of status, notes and approval
    requests, so many of each. One query."""
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, {"wallet": wallet.pk, "most": most})
        clawbacks, events, changes, notes, requests = map(json.loads, cursor.fetchone())
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
        [NoteLine(text, author, datetime.fromisoformat(at)) for text, author, at in notes],
        _requests(requests),
    )


def _requests(rows: list[list[Any]]) -> list[RequestLine]:
    # Sorting keeps the order of what is alike: newest first.
    rows.sort(key=lambda row: row[1] != RequestStatus.WAITING)
    return [
        RequestLine(
            id=id,
            status_label=RequestStatus(status).label,
            kind_label=ChangeKind(kind).label,
            credits=Decimal(credits),
            reason=reason,
            asked_by=asked_by,
            asked_at=datetime.fromisoformat(at),
            decided_by=decided_by or "",
        )
        for id, status, kind, credits, reason, asked_by, at, decided_by in rows
    ]

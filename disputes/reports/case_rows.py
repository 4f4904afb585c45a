"""What was written, handed in, decided and done in a case, in one look, for operators."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import connection

from disputes.models import Dispute, DisputeEventKind, DisputeStatus, EvidenceType, RulingOutcome

STATEMENT = """
SELECT
    (
        SELECT coalesce(jsonb_agg(
            jsonb_build_array(created_at, actor, is_internal, text) ORDER BY id
        ), '[]')
        FROM disputes_disputemessage WHERE dispute_id = %(dispute)s
    ),
    (
        SELECT coalesce(jsonb_agg(
            jsonb_build_array(id, name, content_type, size, created_at) ORDER BY created_at, id
        ), '[]')
        FROM disputes_evidence WHERE dispute_id = %(dispute)s
    ),
    (
        SELECT coalesce(jsonb_agg(
            jsonb_build_array(
                r.level, r.outcome, coalesce(u.email, 'rule ' || r.rule),
                extract(epoch FROM r.reviewed_in), r.ruled_at <= r.respond_by, r.granted_cents,
                r.explanation,
                (
                    SELECT coalesce(jsonb_agg(
                        jsonb_build_array(c.credits::text, d.entry_id) ORDER BY c.charge_id
                    ), '[]')
                    FROM disputes_ruledcharge AS c
                    INNER JOIN disputes_disputedcharge AS d ON d.id = c.charge_id
                    WHERE c.ruling_id = r.id
                )
            )
            ORDER BY r.level
        ), '[]')
        FROM disputes_ruling AS r LEFT JOIN accounts_user AS u ON u.id = r.reviewer_id
        WHERE r.dispute_id = %(dispute)s
    ),
    (
        SELECT coalesce(jsonb_agg(
            jsonb_build_array(created_at, kind, actor, from_status, to_status, note)
            ORDER BY id DESC
        ), '[]')
        FROM disputes_disputeevent WHERE dispute_id = %(dispute)s
    )
"""


@dataclass(frozen=True)
class MessageLine:
    """A message or a note, oldest first."""

    at: datetime
    actor: str
    is_internal: bool
    text: str


@dataclass(frozen=True)
class FileLine:
    """A file that was handed in."""

    id: UUID
    name: str
    type_label: str
    size: int
    at: datetime


@dataclass(frozen=True)
class RulingLine:
    """A ruling, with the credits it gave back by entry; `by` is a person's address or a rule."""

    level: int
    outcome_label: str
    by: str
    reviewed_in: timedelta
    was_in_time: bool
    granted_cents: int
    explanation: str
    given_back: list[tuple[Decimal, int]]


@dataclass(frozen=True)
class TimelineLine:
    """What happened, newest first; a status is empty where it did not change."""

    at: datetime
    label: str
    actor: str
    from_label: str
    to_label: str
    note: str


@dataclass(frozen=True)
class CaseRows:
    """All of a case that grows while it is open."""

    messages: list[MessageLine]
    files: list[FileLine]
    rulings: list[RulingLine]
    timeline: list[TimelineLine]

    @property
    def actors(self) -> set[str]:
        """Everybody who wrote or did something."""
        return {line.actor for line in self.messages} | {line.actor for line in self.timeline}


def case_rows(dispute: Dispute) -> CaseRows:
    """Return what was written, handed in, decided and done in the case. One query."""
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, {"dispute": dispute.pk})
        messages, files, rulings, timeline = map(json.loads, cursor.fetchone())
    return CaseRows(
        messages=[MessageLine(datetime.fromisoformat(at), *rest) for at, *rest in messages],
        files=[
            FileLine(
                UUID(id), name, EvidenceType(kind).label, size, datetime.fromisoformat(created_at)
            )
            for id, name, kind, size, created_at in files
        ],
        rulings=[_ruling(*row) for row in rulings],
        timeline=[_event(*row) for row in timeline],
    )


def _ruling(  # noqa: PLR0917 (the columns of a ruling, in the statement's order)
    level: int,
    outcome: str,
    by: str,
    seconds: float,
    in_time: bool,
    cents: int,
    explanation: str,
    given_back: list[tuple[str, int]],
) -> RulingLine:
    return RulingLine(
        level=level,
        outcome_label=RulingOutcome(outcome).label,
        by=by,
        reviewed_in=timedelta(seconds=seconds),
        was_in_time=in_time,
        granted_cents=cents,
        explanation=explanation,
        given_back=[(Decimal(credits), entry) for credits, entry in given_back],
    )


def _event(  # noqa: PLR0917 (the columns of an event, in the statement's order)
    at: str, kind: str, actor: str, before: str, after: str, note: str
) -> TimelineLine:
    return TimelineLine(
        at=datetime.fromisoformat(at),
        label=DisputeEventKind(kind).label,
        actor=actor,
        from_label=DisputeStatus(before).label if before else "",
        to_label=DisputeStatus(after).label if after else "",
        note=note,
    )

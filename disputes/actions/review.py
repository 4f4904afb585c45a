"""What operators do with a case before they rule: take, assign, ask, write, note."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from creditsite.accounts.models import User
from creditsite.kernel import clock
from disputes.actions.cases import (
    lock_dispute,
    record,
    require_review_right,
    require_reviewer,
    tell,
)
from disputes.actions.texts import require_message
from disputes.models import (
    Dispute,
    DisputeEventKind,
    DisputeMessage,
    DisputeStep,
    Party,
)
from disputes.models.dispute import ANSWER_WINDOW
from wallet.models import EventKind

ASSIGN_RIGHT = "disputes.assign_dispute"


@transaction.atomic
def take_dispute(*, dispute: Dispute, reviewer: User) -> Dispute:
    """Make the case the operator's own, also where a colleague had it. Again changes nothing.

    Raises what `require_reviewer` does, `DisputeAlreadyRuled`, `DisputeClosed`,
    `DisputeWithdrawn`.
    """
    return _give(dispute, reviewer, by=reviewer)


@transaction.atomic
def assign_dispute(*, dispute: Dispute, reviewer: User, assigner: User) -> Dispute:
    """Give the case to an operator who may review it.

    Raises `PermissionDenied` where the assigner may not, and otherwise what `take_dispute` does.
    """
    if not assigner.has_perm(ASSIGN_RIGHT):
        raise PermissionDenied
    return _give(dispute, reviewer, by=assigner)


@transaction.atomic
def ask_customer(*, dispute: Dispute, question: str, reviewer: User) -> Dispute:
    """Ask the customer, who has `ANSWER_WINDOW` to answer; until then the clock stands still.

    The case becomes the operator's. Raises what `take_dispute` does, `DisputeAwaitsCustomer`,
    `TextOutOfRange`.
    """
    text = require_message(question)
    locked = lock_dispute(dispute)
    status = locked.status_after(DisputeStep.ASK)
    require_reviewer(locked, reviewer)
    now, before = clock.now(), locked.status
    locked.assignee = reviewer
    locked.status = status
    locked.asked_at = now
    locked.answer_by = now + ANSWER_WINDOW
    locked.save()
    _write(locked, text, reviewer, now)
    record(locked, DisputeEventKind.ASKED, actor=reviewer.actor, at=now, from_status=before)
    tell(locked, EventKind.DISPUTE_ASKED, question=text, answer_by=locked.answer_by)
    return locked


@transaction.atomic
def tell_in_dispute(*, dispute: Dispute, text: str, reviewer: User) -> DisputeMessage:
    """Write to the customer without waiting for an answer.

    Raises what `take_dispute` does, `TextOutOfRange`.
    """
    said = require_message(text)
    locked = lock_dispute(dispute)
    locked.status_after(DisputeStep.TELL)
    require_reviewer(locked, reviewer)
    now = clock.now()
    message = _write(locked, said, reviewer, now)
    record(locked, DisputeEventKind.WRITTEN, actor=reviewer.actor, at=now)
    tell(locked, EventKind.DISPUTE_MESSAGE, text=said)
    return message


@transaction.atomic
def note_in_dispute(*, dispute: Dispute, text: str, reviewer: User) -> DisputeMessage:
    """Write a note that operators alone see, in any state.

    Raises `ReviewRightNeeded`, `ReviewerNotIndependent`, `TextOutOfRange`.
    """
    said = require_message(text)
    locked = lock_dispute(dispute)
    locked.status_after(DisputeStep.NOTE)
    # A note decides nothing: who ruled first may write one in the appeal.
    require_review_right(locked, reviewer)
    now = clock.now()
    message = _write(locked, said, reviewer, now, is_internal=True)
    record(locked, DisputeEventKind.NOTED, actor=reviewer.actor, at=now)
    return message


def _give(dispute: Dispute, reviewer: User, *, by: User) -> Dispute:
    locked = lock_dispute(dispute)
    before, status = locked.status, locked.status_after(DisputeStep.TAKE)
    require_reviewer(locked, reviewer)
    if locked.assignee_id == reviewer.pk and before == status:
        return locked
    at = clock.now()
    locked.assignee = reviewer
    locked.status = status
    locked.save()
    if before != status:
        record(locked, DisputeEventKind.TAKEN, actor=by.actor, at=at, from_status=before)
    if by != reviewer or before == status:
        note = f"To {reviewer.email}."
        record(locked, DisputeEventKind.ASSIGNED, actor=by.actor, at=at, note=note)
    return locked


def _write(
    dispute: Dispute, text: str, reviewer: User, at: datetime, *, is_internal: bool = False
) -> DisputeMessage:
    return DisputeMessage.objects.create(
        dispute=dispute,
        author=Party.OPERATOR,
        actor=str(reviewer.actor),
        text=text,
        is_internal=is_internal,
        created_at=at,
    )

"""What a customer does in a case: write, answer, appeal, withdraw."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from creditsite.kernel.errors import IdempotencyKeyReused
from disputes.actions.cases import (
    end,
    lock_dispute,
    record,
    start_review,
    stop_waiting,
    tell,
)
from disputes.actions.texts import require_explanation, require_message
from disputes.models import (
    Dispute,
    DisputeEventKind,
    DisputeMessage,
    DisputeStep,
    Party,
)
from disputes.models.dispute import APPEAL_LEVEL
from wallet.models import EventKind


@dataclass(frozen=True)
class Writing:
    """A message and whether it was there before (a retry answered with the first result)."""

    message: DisputeMessage
    replayed: bool


@transaction.atomic
def write_in_dispute(
    *, dispute: Dispute, text: str, actor: Actor, idempotency_key: str = ""
) -> Writing:
    """Write to the operators as the customer; where they asked, this answers them.

    The same text under the same key answers the first message. Raises `TextOutOfRange`,
    `DisputeAlreadyRuled`, `DisputeClosed`, `DisputeWithdrawn`, `IdempotencyKeyReused`.
    """
    said = require_message(text)
    locked = lock_dispute(dispute)
    if idempotency_key and (first := _answered(locked, idempotency_key, said)):
        return Writing(first, replayed=True)
    now, before, answers = clock.now(), locked.status, locked.awaits_customer
    locked.status = locked.status_after(DisputeStep.WRITE)
    stop_waiting(locked, now)
    locked.save()
    kind = DisputeEventKind.ANSWERED if answers else DisputeEventKind.WRITTEN
    record(locked, kind, actor=actor, at=now, from_status=before)
    message = DisputeMessage.objects.create(
        dispute=locked,
        author=Party.CUSTOMER,
        actor=str(actor),
        text=said,
        idempotency_key=idempotency_key,
        created_at=now,
    )
    return Writing(message, replayed=False)


def _answered(dispute: Dispute, key: str, text: str) -> DisputeMessage | None:
    first = dispute.messages.filter(author=Party.CUSTOMER, idempotency_key=key).first()
    if first and first.text != text:
        raise IdempotencyKeyReused(
            "The key stands for another request. Use a new key for a new request."
        )
    return first


@transaction.atomic
def appeal_ruling(*, dispute: Dispute, reason: str, actor: Actor) -> Dispute:
    """Have the ruling reviewed by somebody else, once; it can only stay or get better.

    Raises `TextOutOfRange`, `DisputeNotRuled`, `AppealWindowClosed`, `DisputeClosed`,
    `DisputeWithdrawn`.
    """
    said = require_explanation(reason)
    locked = lock_dispute(dispute)
    now, before = clock.now(), locked.status
    locked.require_appealable(now)
    locked.status = locked.status_after(DisputeStep.APPEAL)
    locked.level = APPEAL_LEVEL
    locked.assignee = None
    locked.appeal_by = None
    start_review(locked, now)
    locked.save()
    record(locked, DisputeEventKind.APPEALED, actor=actor, at=now, from_status=before, note=said)
    tell(locked, EventKind.DISPUTE_APPEALED, respond_by=locked.respond_by)
    return locked


@transaction.atomic
def withdraw_dispute(*, dispute: Dispute, actor: Actor) -> Dispute:
    """Take the case back as the customer; a ruling that was made stands.

    Raises `DisputeClosed`, `DisputeWithdrawn`.
    """
    locked = lock_dispute(dispute)
    now, before = clock.now(), locked.status
    end(locked, locked.status_after(DisputeStep.WITHDRAW), now)
    locked.save()
    record(locked, DisputeEventKind.WITHDRAWN, actor=actor, at=now, from_status=before)
    tell(
        locked,
        EventKind.DISPUTE_WITHDRAWN,
    )
    return locked

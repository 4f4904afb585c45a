"""What every step on a case has in common: its lock, its timeline, what the customer is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from billing.actions.tell import tell_customer
from creditsite.accounts.models import User
from creditsite.kernel.actor import Actor
from disputes.errors import AppealRightNeeded, ReviewerNotIndependent, ReviewRightNeeded
from disputes.models import Dispute, DisputeEvent, DisputeEventKind, DisputeStatus
from wallet.models import EventKind

REVIEW_RIGHT = "disputes.review_dispute"
APPEAL_RIGHT = "disputes.rule_on_appeal"


def lock_dispute(dispute: Dispute) -> Dispute:
    """Lock the case until the caller's transaction ends and return it as it stands.

    Where its wallet is locked too, the case comes first.
    """
    return Dispute.objects.select_for_update().get(pk=dispute.pk)


def require_review_right(dispute: Dispute, reviewer: User) -> None:
    """Raise unless the operator may see into the case: `ReviewRightNeeded`, and
    `ReviewerNotIndependent` where it is their own."""
    if not (reviewer.is_active and reviewer.is_staff and reviewer.has_perm(REVIEW_RIGHT)):
        raise ReviewRightNeeded("Only operators with the right to review disputes may do this.")
    if dispute.wallet.customer_id == reviewer.pk:
        raise ReviewerNotIndependent("This is your own case. Leave it to somebody else.")


def require_reviewer(dispute: Dispute, reviewer: User) -> None:
    """Raise unless the operator may work on the case.

    An appeal needs a right of its own, and somebody other than who ruled first. Raises what
    `require_review_right` does, `AppealRightNeeded`, `ReviewerNotIndependent`.
    """
    require_review_right(dispute, reviewer)
    if not dispute.is_appeal:
        return
    if not reviewer.has_perm(APPEAL_RIGHT):
        raise AppealRightNeeded("Leave the appeal to an operator who may rule on appeals.")
    if dispute.rulings.filter(reviewer=reviewer).exists():
        raise ReviewerNotIndependent("You made the ruling that is appealed.")


def record(
    dispute: Dispute,
    kind: DisputeEventKind,
    *,
    actor: Actor,
    at: datetime,
    from_status: str | None = None,
    note: str = "",
) -> None:
    """Write a line of the case's timeline; without another state the case stayed in its own."""
    DisputeEvent.objects.create(
        dispute=dispute,
        kind=kind,
        actor=str(actor),
        from_status=dispute.status if from_status is None else from_status,
        to_status=dispute.status,
        note=note,
        created_at=at,
    )


def tell(dispute: Dispute, kind: EventKind, **data: Any) -> None:
    """Tell the customer of the case what happened in it."""
    tell_customer(wallet=dispute.wallet, kind=kind, data={"dispute": dispute.pk, **data})


def start_review(dispute: Dispute, at: datetime) -> None:
    """Set the clock for a review that begins at a moment, the first one or that of an appeal."""
    dispute.review_began_at = at
    dispute.respond_by = at + settings.DISPUTE_RESPONSE
    dispute.waited = timedelta(0)
    dispute.warned_at = dispute.escalated_at = None


def stop_waiting(dispute: Dispute, at: datetime) -> None:
    """Let the clock go on where it stood still for the customer."""
    if dispute.asked_at is None:
        return
    waited = at - dispute.asked_at
    dispute.waited += waited
    dispute.respond_by += waited
    dispute.asked_at = dispute.answer_by = dispute.reminded_at = None


def end(dispute: Dispute, status: DisputeStatus, at: datetime) -> None:
    """Bring the case to an end, whatever it waited for."""
    stop_waiting(dispute, at)
    dispute.status = status
    dispute.appeal_by = None
    dispute.closed_at = at

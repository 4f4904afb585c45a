"""What time brings to a case: reminders, escalation, its end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse

from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from creditsite.kernel.errors import DomainError
from disputes.actions.cases import APPEAL_RIGHT, REVIEW_RIGHT, end, record, tell
from disputes.models import Dispute, DisputeEventKind, DisputeStep
from disputes.models.dispute import ANSWER_NOTICE, ESCALATION_NOTICE, DisputeQuerySet
from wallet.models import EventKind

logger = logging.getLogger(__name__)
ACTOR = Actor.system("disputes")


def watch_deadlines() -> int:
    """Remind customers, warn reviewers, tell supervisors, close what nobody answered or appealed.

    Each case is looked at under its lock in a transaction of its own, so that one that fails
    holds up no other, and each is told once. Mail that can't be sent is tried again by the next
    run. Returns how many cases something happened to.
    """
    now = clock.now()
    waiting = Dispute.objects.waiting_for_operator()
    return sum(
        _each(chosen, act, now)
        for chosen, act in (
            (Dispute.objects.filter(Q(answer_by__lte=now) | Q(appeal_by__lte=now)), _close),
            (
                Dispute.objects.filter(answer_by__lte=now + ANSWER_NOTICE, reminded_at=None),
                _remind,
            ),
            (waiting.filter(respond_by__lte=now, escalated_at=None), _escalate),
            (
                waiting.filter(
                    respond_by__gt=now, respond_by__lte=now + ESCALATION_NOTICE, warned_at=None
                ),
                _warn,
            ),
        )
    )


def _each(chosen: DisputeQuerySet, act: Callable[[Dispute, datetime], None], now: datetime) -> int:
    done = 0
    for key in list(chosen.order_by("pk").values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                # What was chosen may have changed since: it is chosen again under its lock.
                locked = chosen.select_for_update(skip_locked=True).filter(pk=key).first()
                if locked:
                    act(locked, now)
                    done += 1
        except (DomainError, SMTPException, OSError) as error:
            logger.warning("Dispute %s has to wait for the next look: %r", key, error)
    return done


def _close(dispute: Dispute, now: datetime) -> None:
    dispute.require_due(now)
    before, unanswered = dispute.status, dispute.awaits_customer
    end(dispute, dispute.status_after(DisputeStep.CLOSE), now)
    dispute.save()
    note = "Nobody answered." if unanswered else "Nobody appealed in time."
    record(dispute, DisputeEventKind.CLOSED, actor=ACTOR, at=now, from_status=before, note=note)
    tell(dispute, EventKind.DISPUTE_CLOSED, is_unanswered=unanswered)


def _remind(dispute: Dispute, now: datetime) -> None:
    dispute.reminded_at = now
    dispute.save(update_fields=["reminded_at"])
    record(dispute, DisputeEventKind.REMINDED, actor=ACTOR, at=now)
    tell(dispute, EventKind.DISPUTE_CLOSES, answer_by=dispute.answer_by)


def _warn(dispute: Dispute, now: datetime) -> None:
    """Mail who has the case, or everybody who may take it, that little time is left."""
    dispute.warned_at = now
    dispute.save(update_fields=["warned_at"])
    right = APPEAL_RIGHT if dispute.is_appeal else REVIEW_RIGHT
    told = [dispute.assignee] if dispute.assignee else list(User.objects.holders_of(right))
    record(dispute, DisputeEventKind.WARNED, actor=ACTOR, at=now, note=_names(told))
    _mail_operators(dispute, told, f"Dispute {dispute.pk} is due soon")


def _escalate(dispute: Dispute, now: datetime) -> None:
    """Mail supervisors, and who has the case, that its deadline is missed."""
    dispute.escalated_at = now
    dispute.save(update_fields=["escalated_at"])
    told = {one.pk: one for one in User.objects.holders_of(APPEAL_RIGHT)}
    if dispute.assignee:
        told[dispute.assignee.pk] = dispute.assignee
    record(dispute, DisputeEventKind.ESCALATED, actor=ACTOR, at=now, note=_names(told.values()))
    _mail_operators(dispute, told.values(), f"Dispute {dispute.pk} is overdue")


def _names(people: Iterable[User]) -> str:
    return f"Told: {', '.join(sorted(one.email for one in people)) or 'nobody has the right'}."


def _mail_operators(dispute: Dispute, people: Iterable[User], subject: str) -> None:
    path = reverse("admin:disputes_dispute_change", args=[dispute.pk])
    text = render_to_string(
        "emails/dispute_deadline.txt",
        {"dispute": dispute, "url": f"{settings.SITE_URL}{path}"},
    )
    to = [one.email for one in people]
    if to:
        EmailMessage(subject, text.strip() + "\n", bcc=to).send()

"""Rule on all cases of an incident at once: one service, one range of time, one outcome."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction

from creditsite.accounts.models import User
from creditsite.kernel.credits import ZERO
from creditsite.kernel.errors import DomainError
from disputes.actions.cases import REVIEW_RIGHT
from disputes.actions.rule import Decision, rule_on_dispute
from disputes.models import Dispute
from disputes.models.dispute import FIRST_LEVEL
from disputes.models.statuses import BEFORE_RULING
from wallet.models import Incident

INCIDENT_RIGHT = "disputes.rule_on_incident"
MOST_CASES = 200


@dataclass(frozen=True)
class CaseResult:
    """What ruling on one case of an incident gave back, or why it was left to an operator."""

    dispute: Dispute
    credits: Decimal
    refusal: str = ""


def rule_on_incident(
    *, incident: Incident, decision: Decision, reviewer: User, is_rehearsal: bool = False
) -> list[CaseResult]:
    """Rule on each case that is about charges of the incident and nothing else, oldest first.

    Up to `MOST_CASES` at once, appeals not among them. Each is ruled on as `rule_on_dispute`
    does, in a step of its own: one that is refused is told and holds up no other. Repeating it
    goes on with what is left. A rehearsal undoes each step again before the next.

    Raises `PermissionDenied`.
    """
    if not (reviewer.has_perm(INCIDENT_RIGHT) and reviewer.has_perm(REVIEW_RIGHT)):
        raise PermissionDenied
    return list(_results(incident, decision, reviewer, is_rehearsal=is_rehearsal))


def _results(
    incident: Incident, decision: Decision, reviewer: User, *, is_rehearsal: bool
) -> Iterator[CaseResult]:
    for dispute in cases_of(incident)[:MOST_CASES]:
        try:
            with transaction.atomic():
                ruling = rule_on_dispute(dispute=dispute, decision=decision, reviewer=reviewer)
                credits = sum((each.credits for each in ruling.charges.all()), ZERO)
                # All of them in one transaction would hold locks of cases and wallets crosswise.
                transaction.set_rollback(is_rehearsal)
            yield CaseResult(dispute, credits)
        except DomainError as refusal:
            yield CaseResult(dispute, ZERO, refusal.detail)


def cases_of(incident: Incident) -> list[Dispute]:
    """Return the cases before their first ruling whose charges all belong to the incident."""
    waiting = Dispute.objects.filter(level=FIRST_LEVEL, status__in=BEFORE_RULING)
    about = waiting.filter(
        charges__entry__service=incident.service,
        charges__entry__created_at__gte=incident.begins_at,
        charges__entry__created_at__lt=incident.ends_at,
    )
    found = about.distinct().select_related("wallet__customer").prefetch_related("charges__entry")
    return [
        dispute
        for dispute in found.order_by("pk")
        if all(incident.covers(charge.entry) for charge in dispute.charges.all())
    ]

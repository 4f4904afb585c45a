"""The states of a dispute, the steps between them, and who may take them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models

from creditsite.kernel.errors import DomainError
from disputes import errors


class DisputeStatus(models.TextChoices):
    """Where a dispute stands."""

    OPEN = "open", "Open"
    UNDER_REVIEW = "under_review", "Under review"
    AWAITING_CUSTOMER = "awaiting_customer", "Waiting for an answer"
    RULED = "ruled", "Ruled on"
    APPEALED = "appealed", "Appealed"
    CLOSED = "closed", "Closed"
    WITHDRAWN = "withdrawn", "Withdrawn"


class DisputeStep(models.TextChoices):
    """What is done to a dispute."""

    TAKE = "take", "Take or assign"
    ASK = "ask", "Ask the customer"
    TELL = "tell", "Write to the customer"
    NOTE = "note", "Note for operators"
    WRITE = "write", "Write or answer"
    ADD_EVIDENCE = "add_evidence", "Add a file"
    RULE = "rule", "Rule"
    APPEAL = "appeal", "Appeal"
    WITHDRAW = "withdraw", "Withdraw"
    CLOSE = "close", "Close when time is over"


class Party(models.TextChoices):
    """Who takes a step."""

    CUSTOMER = "customer", "customer"
    OPERATOR = "operator", "operator"
    SYSTEM = "system", "system"


S = DisputeStatus
LIVE = (S.OPEN, S.UNDER_REVIEW, S.AWAITING_CUSTOMER, S.RULED, S.APPEALED)
# An operator owes the next step.
WAITS_FOR_OPERATOR = (S.OPEN, S.UNDER_REVIEW, S.APPEALED)
BEFORE_RULING = (*WAITS_FOR_OPERATOR, S.AWAITING_CUSTOMER)
OVER = (S.CLOSED, S.WITHDRAWN)


@dataclass(frozen=True)
class StepRule:
    """Who takes a step, and where it leads from each state or why it does not.

    Of two states the second is that of a final ruling.
    """

    party: Party
    leads: dict[DisputeStatus, tuple[DisputeStatus, ...]]
    refusals: dict[DisputeStatus, tuple[type[DomainError], str]]


CLOSED_REFUSAL = (errors.DisputeClosed, "This dispute is closed. Write to us if something is new.")
WITHDRAWN_REFUSAL = (errors.DisputeWithdrawn, "This dispute was withdrawn.")
RULED_REFUSAL = (errors.DisputeAlreadyRuled, "This dispute is ruled on. A ruling can be appealed.")
NOT_RULED_REFUSAL = (errors.DisputeNotRuled, "An operator has not ruled yet.")
NOT_DUE_REFUSAL = (errors.DisputeNotDue, "The dispute waits for an operator.")
ENDED = {S.CLOSED: CLOSED_REFUSAL, S.WITHDRAWN: WITHDRAWN_REFUSAL}
DECIDED = {S.RULED: RULED_REFUSAL, **ENDED}


def _same(*statuses: DisputeStatus) -> dict[DisputeStatus, tuple[DisputeStatus, ...]]:
    return {status: (status,) for status in statuses}


STEPS: dict[DisputeStep, StepRule] = {
    DisputeStep.TAKE: StepRule(
        Party.OPERATOR,
        {
            S.OPEN: (S.UNDER_REVIEW,),
            S.APPEALED: (S.UNDER_REVIEW,),
            **_same(S.UNDER_REVIEW, S.AWAITING_CUSTOMER),
        },
        DECIDED,
    ),
    DisputeStep.ASK: StepRule(
        Party.OPERATOR,
        dict.fromkeys(WAITS_FOR_OPERATOR, (S.AWAITING_CUSTOMER,)),
        {
            S.AWAITING_CUSTOMER: (
                errors.DisputeAwaitsCustomer,
                "The customer was asked and has not answered yet. Write a message instead.",
            ),
            **DECIDED,
        },
    ),
    DisputeStep.TELL: StepRule(Party.OPERATOR, _same(*BEFORE_RULING), DECIDED),
    DisputeStep.NOTE: StepRule(Party.OPERATOR, _same(*DisputeStatus), {}),
    DisputeStep.WRITE: StepRule(
        Party.CUSTOMER,
        {**_same(*WAITS_FOR_OPERATOR), S.AWAITING_CUSTOMER: (S.UNDER_REVIEW,)},
        DECIDED,
    ),
    DisputeStep.ADD_EVIDENCE: StepRule(Party.CUSTOMER, _same(*BEFORE_RULING), DECIDED),
    DisputeStep.RULE: StepRule(
        Party.OPERATOR, dict.fromkeys(BEFORE_RULING, (S.RULED, S.CLOSED)), DECIDED
    ),
    DisputeStep.APPEAL: StepRule(
        Party.CUSTOMER,
        {S.RULED: (S.APPEALED,)},
        {**dict.fromkeys(BEFORE_RULING, NOT_RULED_REFUSAL), **ENDED},
    ),
    DisputeStep.WITHDRAW: StepRule(Party.CUSTOMER, dict.fromkeys(LIVE, (S.WITHDRAWN,)), ENDED),
    DisputeStep.CLOSE: StepRule(
        Party.SYSTEM,
        {S.AWAITING_CUSTOMER: (S.CLOSED,), S.RULED: (S.CLOSED,)},
        {**dict.fromkeys(WAITS_FOR_OPERATOR, NOT_DUE_REFUSAL), **ENDED},
    ),
}

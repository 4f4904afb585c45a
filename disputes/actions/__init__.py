"""Business verbs of disputes."""

from disputes.actions.answer import appeal_ruling, withdraw_dispute, write_in_dispute
from disputes.actions.automatic import rule_automatically
from disputes.actions.deadlines import watch_deadlines
from disputes.actions.evidence import add_evidence
from disputes.actions.incident import CaseResult, cases_of, rule_on_incident
from disputes.actions.open import open_dispute
from disputes.actions.refund import record_refund
from disputes.actions.review import (
    ask_customer,
    assign_dispute,
    note_in_dispute,
    take_dispute,
    tell_in_dispute,
)
from disputes.actions.rule import Decision, rule_on_dispute

__all__ = [
    "CaseResult",
    "Decision",
    "add_evidence",
    "appeal_ruling",
    "ask_customer",
    "assign_dispute",
    "cases_of",
    "note_in_dispute",
    "open_dispute",
    "record_refund",
    "rule_automatically",
    "rule_on_dispute",
    "rule_on_incident",
    "take_dispute",
    "tell_in_dispute",
    "watch_deadlines",
    "withdraw_dispute",
    "write_in_dispute",
]

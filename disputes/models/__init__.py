"""Rows of disputes."""

from disputes.models.claim import DisputedCharge, DisputedPurchase
from disputes.models.dispute import Dispute, DisputeReason
from disputes.models.ruling import RuledCharge, Ruling, RulingOutcome
from disputes.models.statuses import STEPS, DisputeStatus, DisputeStep, Party
from disputes.models.timeline import (
    DisputeEvent,
    DisputeEventKind,
    DisputeMessage,
    Evidence,
    EvidenceContent,
    EvidenceType,
)

__all__ = [
    "STEPS",
    "Dispute",
    "DisputeEvent",
    "DisputeEventKind",
    "DisputeMessage",
    "DisputeReason",
    "DisputeStatus",
    "DisputeStep",
    "DisputedCharge",
    "DisputedPurchase",
    "Evidence",
    "EvidenceContent",
    "EvidenceType",
    "Party",
    "RuledCharge",
    "Ruling",
    "RulingOutcome",
]

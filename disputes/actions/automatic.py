"""Let rules that are switched to automatic decide, without an operator."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from creditsite.kernel.actor import Actor
from disputes.actions.cases import lock_dispute
from disputes.actions.rule import Decision, decide
from disputes.facts import charge_facts
from disputes.models import Dispute, DisputeReason, DisputeStatus, Ruling, RulingOutcome
from disputes.suggestion import suggest_ruling
from wallet.actions import lock_wallet


@transaction.atomic
def rule_automatically(*, dispute: Dispute) -> Ruling | None:
    """Refund a case that nobody has taken, where rules of `DISPUTE_AUTOMATIC_RULES` find
    everything that is claimed wrong; else leave it to operators and return None."""
    locked = lock_dispute(dispute)
    if locked.status != DisputeStatus.OPEN:
        return None
    # Of two cases about repeats of one another the second sees what the first gave back.
    lock_wallet(wallet_id=locked.wallet_id)
    suggestion = suggest_ruling(charge_facts(locked), DisputeReason(locked.reason))
    allowed = suggestion.rules <= set(settings.DISPUTE_AUTOMATIC_RULES)
    if not allowed or suggestion.outcome != RulingOutcome.FULL_REFUND:
        return None
    decision = Decision(suggestion.outcome, suggestion.explanation)
    rule = ", ".join(sorted(suggestion.rules))
    return decide(locked, decision, actor=Actor.system("disputes"), rule=rule)

"""What the processes of the concurrency tests do with one dispute, by mode."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import time_machine

from creditsite.accounts.models import User
from disputes import actions
from disputes.models import Dispute, RulingOutcome
from disputes.tests.cases import ACTOR, EXPLANATION, dispute, rule
from wallet.actions import reverse_spend
from wallet.models import LedgerEntry


def _full(who: int, key: int) -> str:
    ruling = rule(Dispute(pk=key), User.objects.get(pk=who), RulingOutcome.FULL_REFUND)
    return f"ruled {ruling.pk}"


def _part(who: int, key: int) -> str:
    """Give 8 credits of the case's charge back."""
    case = Dispute.objects.get(pk=key)
    spend = case.charges.get().entry
    reviewer = User.objects.get(pk=who)
    rule(case, reviewer, RulingOutcome.PARTIAL_REFUND, credits={spend: "8"})
    return "ruled"


def _reverse(who: int, key: int) -> str:
    """Give 8 credits of the case's charge back elsewhere, as the platform would."""
    reverse_spend(
        spend=Dispute.objects.get(pk=key).charges.get().entry,
        credits=Decimal(8),
        reason="The platform's own",
        idempotency_key=f"platform-{key}",
        actor=ACTOR,
    )
    return "reversed"


def _withdraw(who: int, key: int) -> str:
    actions.withdraw_dispute(dispute=Dispute(pk=key), actor=ACTOR)
    return "withdrawn"


def _appeal(who: int, key: int) -> str:
    """Appeal in the last moment."""
    case = Dispute.objects.get(pk=key)
    with time_machine.travel(case.opened_at + timedelta(days=14), tick=False):
        actions.appeal_ruling(dispute=case, reason=EXPLANATION, actor=ACTOR)
    return "appealed"


def _close(who: int, key: int) -> str:
    """Let the job look once the time to appeal is over."""
    case = Dispute.objects.get(pk=key)
    with time_machine.travel(case.opened_at + timedelta(days=14, minutes=5), tick=False):
        actions.watch_deadlines()
    return "looked"


def _open(who: int, key: int) -> str:
    """Dispute a charge; here the key is that of an entry."""
    return f"opened {dispute(LedgerEntry.objects.get(pk=key)).pk}"


def _add(who: int, key: int) -> str:
    """Hand a file in that differs from process to process."""
    case = Dispute(pk=key)
    actions.add_evidence(dispute=case, name="a.txt", body=f"log of {who}".encode(), actor=ACTOR)
    return "added"


MODES: dict[str, Callable[[int, int], str]] = {
    "full": _full,
    "part": _part,
    "reverse": _reverse,
    "withdraw": _withdraw,
    "appeal": _appeal,
    "close": _close,
    "open": _open,
    "add": _add,
}

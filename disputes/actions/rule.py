"""Rule on a case: credits come back with the ruling, in the same transaction, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from creditsite.kernel.credits import ZERO
from creditsite.kernel.idempotency import internal_key
from disputes.actions.cases import (
    end,
    lock_dispute,
    record,
    require_reviewer,
    stop_waiting,
    tell,
)
from disputes.actions.texts import require_message
from disputes.errors import NothingToRefund, RulingOutOfRange, RulingTooLarge
from disputes.models import (
    Dispute,
    DisputedCharge,
    DisputedPurchase,
    DisputeEventKind,
    DisputeStatus,
    DisputeStep,
    RuledCharge,
    Ruling,
    RulingOutcome,
)
from disputes.models.dispute import APPEAL_WINDOW
from wallet.actions import lock_wallet, reverse_spend
from wallet.actions.outcomes import require_credits
from wallet.models import EventKind, LedgerEntry


@dataclass(frozen=True)
class Decision:
    """What a reviewer decides: `credits` by the id of an entry and `cents` for a partial refund."""

    outcome: RulingOutcome
    explanation: str
    credits: Mapping[int, Decimal] = field(default_factory=dict)
    cents: int | None = None


@transaction.atomic
def rule_on_dispute(*, dispute: Dispute, decision: Decision, reviewer: User) -> Ruling:
    """Decide the case as an operator, and post the reversals that gives back.

    A full refund gives back what of the claim is left; a partial one names credits by entry, or
    cents of a payment, less than that. In an appeal both come on top of the first ruling, which
    can't get worse. A first ruling with something left to claim can be appealed for
    `APPEAL_WINDOW`; every other one is final and closes the case. Money is not paid back by
    this: `record_refund` says when an operator did.

    Raises `TextOutOfRange`, `DisputeAlreadyRuled`, `DisputeClosed`, `DisputeWithdrawn`, what
    `require_reviewer` does, `RulingOutOfRange`, `CreditsOutOfRange`, `RulingTooLarge`,
    `NothingToRefund`, `WalletClosed`.
    """
    locked = lock_dispute(dispute)
    locked.status_after(DisputeStep.RULE)
    require_reviewer(locked, reviewer)
    return decide(locked, decision, reviewer=reviewer, actor=reviewer.actor)


def decide(
    dispute: Dispute,
    decision: Decision,
    *,
    actor: Actor,
    reviewer: User | None = None,
    rule: str = "",
) -> Ruling:
    """Rule on a case that is locked and may be ruled on; see `rule_on_dispute`."""
    said = require_message(decision.explanation)
    # What is left of each charge can't change from here on.
    lock_wallet(wallet_id=dispute.wallet_id)
    charges = list(dispute.charges.select_related("entry"))
    purchase = DisputedPurchase.objects.filter(dispute=dispute).first()
    credits = _credits_back(charges, decision)
    cents = _cents_back(purchase, decision)
    if decision.outcome == RulingOutcome.FULL_REFUND and not credits and not cents:
        raise NothingToRefund("All of it came back already. Explain that instead.")
    now, before = clock.now(), dispute.status
    stop_waiting(dispute, now)
    ruling = Ruling.objects.create(
        dispute=dispute,
        level=dispute.level,
        outcome=decision.outcome,
        explanation=said,
        reviewer=reviewer,
        rule=rule,
        actor=str(actor),
        granted_cents=cents,
        respond_by=dispute.respond_by,
        reviewed_in=now - dispute.review_began_at - dispute.waited,
        ruled_at=now,
    )
    for charge, back in credits:
        _give_back(ruling, charge, back, actor)
    if purchase and cents:
        purchase.granted_cents += cents
        purchase.save(update_fields=["granted_cents"])
    _move_on(dispute, ruling, reviewer, now)
    record(dispute, DisputeEventKind.RULED, actor=actor, at=now, from_status=before)
    _tell(dispute, ruling, sum((back for _, back in credits), ZERO), cents)
    return ruling


def _credits_back(
    charges: list[DisputedCharge], decision: Decision
) -> list[tuple[DisputedCharge, Decimal]]:
    """Return the credits that come back of each charge; the wallet is locked."""
    spends = LedgerEntry.objects.filter(pk__in=[charge.entry_id for charge in charges])
    left = {spend.pk: spend.left for spend in spends.spends_with_left()}
    most = {charge.entry_id: min(charge.open_claim, left[charge.entry_id]) for charge in charges}
    asked = {entry: credits for entry, credits in decision.credits.items() if credits != 0}
    if decision.outcome == RulingOutcome.FULL_REFUND and not asked:
        asked = {entry: credits for entry, credits in most.items() if credits > 0}
    elif decision.outcome == RulingOutcome.PARTIAL_REFUND and charges:
        _require_part(asked, most)
    elif asked:
        raise RulingOutOfRange("Only a partial refund names credits.")
    return [(charge, asked[charge.entry_id]) for charge in charges if charge.entry_id in asked]


def _require_part(asked: Mapping[int, Decimal], most: Mapping[int, Decimal]) -> None:
    if not asked or not set(asked) <= set(most):
        raise RulingOutOfRange("Name credits of one charge of this dispute at least.")
    for entry, credits in asked.items():
        if require_credits(credits) > most[entry]:
            raise RulingTooLarge(
                f"{most[entry]} credits of charge {entry} can still come back.",
                entry=entry,
                left=most[entry],
            )
    if sum(asked.values()) == sum(most.values()):
        raise RulingOutOfRange("This gives everything back. Rule a full refund.")


def _cents_back(purchase: DisputedPurchase | None, decision: Decision) -> int:
    if purchase is None:
        if decision.cents is not None:
            raise RulingOutOfRange("This dispute is not about a payment.")
        return 0
    most = purchase.open_claim_cents
    if decision.outcome == RulingOutcome.FULL_REFUND and decision.cents is None:
        return most
    if decision.outcome == RulingOutcome.PARTIAL_REFUND:
        if decision.cents is None or not 0 < decision.cents < most:
            raise RulingOutOfRange(
                f"A partial refund is 1 to {most - 1} cents; rule a full refund for {most}."
            )
        return decision.cents
    if decision.cents is not None:
        raise RulingOutOfRange("Only a partial refund names cents.")
    return 0


def _give_back(ruling: Ruling, charge: DisputedCharge, credits: Decimal, actor: Actor) -> None:
    dispute = ruling.dispute
    posting = reverse_spend(
        spend=charge.entry,
        credits=credits,
        reason=f"Dispute {dispute.pk}: {ruling.get_outcome_display().lower()}",
        idempotency_key=internal_key(
            "dispute", str(dispute.pk), "ruling", str(ruling.level), "entry", str(charge.entry_id)
        ),
        actor=actor,
    )
    RuledCharge.objects.create(ruling=ruling, charge=charge, credits=credits, entry=posting.entry)
    charge.refunded += credits
    charge.save(update_fields=["refunded"])


def _move_on(dispute: Dispute, ruling: Ruling, reviewer: User | None, now: datetime) -> None:
    is_final = dispute.is_appeal or ruling.outcome == RulingOutcome.FULL_REFUND
    status = dispute.status_after(DisputeStep.RULE, is_final=is_final)
    if reviewer:
        dispute.assignee = reviewer
    if status == DisputeStatus.CLOSED:
        end(dispute, status, now)
    else:
        dispute.status = status
        dispute.appeal_by = now + APPEAL_WINDOW
    dispute.save()


def _tell(dispute: Dispute, ruling: Ruling, credits: Decimal, cents: int) -> None:
    tell(
        dispute,
        EventKind.DISPUTE_RULED,
        outcome=ruling.outcome,
        level=ruling.level,
        explanation=ruling.explanation,
        credits=str(credits),
        granted_cents=cents,
        currency=dispute.purchase.invoice.currency if cents else "",
        appeal_by=dispute.appeal_by,
    )

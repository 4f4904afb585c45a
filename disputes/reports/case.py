"""A case as its customer sees it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Sum
from django.urls import reverse

from creditsite.kernel import clock
from creditsite.kernel.credits import ZERO
from creditsite.kernel.formatting import credits as show_credits
from creditsite.kernel.formatting import money
from creditsite.kernel.keyset import keyset_page
from disputes.models import (
    Dispute,
    DisputedPurchase,
    DisputeEvent,
    DisputeEventKind,
    DisputeStep,
    Evidence,
    Ruling,
)
from disputes.models.timeline import MOST_EVIDENCE
from disputes.reports.people import for_customer
from wallet.models import Wallet


@dataclass(frozen=True)
class DisputeRow:
    """A case as a line of a list; `about` says what it is about in a few words."""

    id: int
    reason: str
    status: str
    status_label: str
    about: str
    result: str
    opened_at: datetime
    url: str


@dataclass(frozen=True)
class DisputePage:
    """A page of cases, and where the newer and older ones begin; None: there are none."""

    disputes: list[DisputeRow]
    newer_than: int | None
    older_than: int | None


@dataclass(frozen=True)
class ClaimedCharge:
    """A disputed charge: what it took, what is claimed, what came back by rulings."""

    entry: int
    sequence: int
    title: str
    credits: Decimal
    claimed: Decimal
    refunded: Decimal
    created_at: datetime
    url: str


@dataclass(frozen=True)
class ClaimedPurchase:
    """A disputed payment: what was paid, what is granted, what of that is paid back."""

    label: str
    number: str
    currency: str
    claimed_cents: int
    granted_cents: int
    due_cents: int


@dataclass(frozen=True)
class RulingShown:
    """A ruling as the customer reads it; `granted` says what it gave, empty for nothing."""

    title: str
    outcome: str
    outcome_label: str
    explanation: str
    granted: str
    ruled_at: datetime


@dataclass(frozen=True)
class TimelineItem:
    """One thing that happened; `text` is what was written."""

    label: str
    who: str
    text: str
    at: datetime
    is_own: bool


@dataclass(frozen=True)
class Case:
    """Everything the customer's page of a case shows, and which steps are open to them."""

    row: DisputeRow
    tone: str
    explanation: str
    charges: list[ClaimedCharge]
    purchase: ClaimedPurchase | None
    rulings: list[RulingShown]
    timeline: list[TimelineItem]
    evidence: list[Evidence]
    question: str
    is_live: bool
    is_appeal: bool
    awaits_customer: bool
    waits_for_operator: bool
    respond_by: datetime
    is_late: bool
    answer_by: datetime | None
    appeal_by: datetime | None
    days_to_appeal: int
    files_left: int
    may_write: bool
    may_appeal: bool
    may_withdraw: bool


def dispute_page(
    wallet: Wallet, *, before: int | None = None, after: int | None = None, size: int = 25
) -> DisputePage:
    """Return a page of the wallet's cases, newest first, by keyset on their ids."""
    disputes = Dispute.objects.filter(wallet=wallet).with_sums()
    page = keyset_page(disputes, before=before, after=after, size=size)
    return DisputePage([_row(dispute) for dispute in page.rows], page.newer_than, page.older_than)


def _row(dispute: Dispute) -> DisputeRow:
    about, result = _about(dispute)
    return DisputeRow(
        id=dispute.pk,
        reason=dispute.get_reason_display(),
        status=dispute.status,
        status_label=dispute.get_status_display(),
        about=about,
        result=result,
        opened_at=dispute.opened_at,
        url=reverse("disputes:dispute", args=[dispute.pk]),
    )


def _about(dispute: Dispute) -> tuple[str, str]:
    if dispute.charge_count:
        charges = "1 charge" if dispute.charge_count == 1 else f"{dispute.charge_count} charges"
        back = f"{show_credits(dispute.refunded)} credits back" if dispute.refunded else ""
        return f"{charges}, {show_credits(dispute.claimed)} credits", back
    purchase, currency = dispute.purchase, dispute.purchase.invoice.currency
    back = f"{money(purchase.granted_cents, currency)} granted" if purchase.granted_cents else ""
    return f"{purchase.invoice.label}, {money(purchase.claimed_cents, currency)}", back


def customer_case(dispute: Dispute) -> Case:
    """Return what the customer's page of a case shows; no internal note is in it."""
    dispute = Dispute.objects.filter(pk=dispute.pk).with_sums().select_related("wallet").get()
    now = clock.now()
    evidence = list(dispute.evidence.all())
    is_late = dispute.waits_for_operator and dispute.respond_by < now
    appeal_by = dispute.appeal_by
    may_appeal = dispute.allows(DisputeStep.APPEAL) and bool(appeal_by and appeal_by > now)
    timeline = list(_timeline(dispute))
    may_add = dispute.allows(DisputeStep.ADD_EVIDENCE)
    shown = dispute.messages.filter(is_internal=False)
    asked = dispute.asked_at and shown.filter(created_at=dispute.asked_at).first()
    return Case(
        row=_row(dispute),
        tone="warning" if dispute.awaits_customer or is_late else "info",
        explanation=dispute.explanation,
        charges=list(_charges(dispute)),
        purchase=_purchase(dispute),
        rulings=[_ruling(ruling) for ruling in dispute.rulings.order_by("-level")],
        timeline=timeline,
        evidence=evidence,
        question=asked.text if asked else "",
        is_live=dispute.is_live,
        is_appeal=dispute.is_appeal,
        awaits_customer=dispute.awaits_customer,
        waits_for_operator=dispute.waits_for_operator,
        respond_by=dispute.respond_by,
        is_late=is_late,
        answer_by=dispute.answer_by,
        appeal_by=appeal_by,
        days_to_appeal=max(-((now - appeal_by) // timedelta(days=1)), 0) if appeal_by else 0,
        files_left=MOST_EVIDENCE - len(evidence) if may_add else 0,
        may_write=dispute.allows(DisputeStep.WRITE),
        may_appeal=may_appeal,
        may_withdraw=dispute.allows(DisputeStep.WITHDRAW),
    )


def _charges(dispute: Dispute) -> Iterator[ClaimedCharge]:
    for charge in dispute.charges.select_related("entry__service"):
        service = charge.entry.service
        yield ClaimedCharge(
            entry=charge.entry_id,
            sequence=charge.entry.sequence,
            title=service.name if service else "",
            credits=-charge.entry.credits,
            claimed=charge.claimed,
            refunded=charge.refunded,
            created_at=charge.entry.created_at,
            url=reverse("wallet:entry", args=[charge.entry_id]),
        )


def _purchase(dispute: Dispute) -> ClaimedPurchase | None:
    found = DisputedPurchase.objects.filter(dispute=dispute).select_related("invoice").first()
    if found is None:
        return None
    return ClaimedPurchase(
        label=found.invoice.label,
        number=found.invoice.number,
        currency=found.invoice.currency,
        claimed_cents=found.claimed_cents,
        granted_cents=found.granted_cents,
        due_cents=found.due_cents,
    )


def _ruling(ruling: Ruling) -> RulingShown:
    back = ruling.charges.aggregate(sum=Sum("credits"))["sum"] or ZERO
    granted = f"{show_credits(back)} credits are back in your wallet." if back else ""
    if ruling.granted_cents:
        amount = money(ruling.granted_cents, ruling.dispute.purchase.invoice.currency)
        granted = f"{amount} is paid back to you."
    return RulingShown(
        title="Final ruling" if ruling.level > 1 else "Ruling",
        outcome=ruling.outcome,
        outcome_label=ruling.get_outcome_display(),
        explanation=ruling.explanation,
        granted=granted,
        ruled_at=ruling.ruled_at,
    )


def _timeline(dispute: Dispute) -> Iterator[TimelineItem]:
    """Yield what happened, newest first; a message stands at the event it was written with."""
    texts = {
        (message.created_at, message.actor): message.text
        for message in dispute.messages.filter(is_internal=False)
    }
    rulings = {ruling.ruled_at: ruling for ruling in dispute.rulings.all()}
    for event in dispute.events.order_by("-pk"):
        if event.is_internal:
            continue
        who = for_customer(event.actor, dispute.wallet.customer_id)
        text = texts.get((event.created_at, event.actor), "") or _note(event, rulings)
        yield TimelineItem(event.get_kind_display(), who, text, event.created_at, who == "You")


def _note(event: DisputeEvent, rulings: dict[datetime, Ruling]) -> str:
    if event.kind == DisputeEventKind.RULED:
        return rulings[event.created_at].get_outcome_display()
    # What operators keep for themselves, such as Stripe's id of a refund, is not shown.
    is_shown = event.kind in (
        DisputeEventKind.APPEALED,
        DisputeEventKind.CLOSED,
        DisputeEventKind.EVIDENCE_ADDED,
    )
    return event.note if is_shown else ""

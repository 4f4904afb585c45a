"""A case as operators see it: put together from the ledger, usage, history and payments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice

from django.db.models import OuterRef, Q, Subquery, Sum

from billing.reports.card_risk import CardRisk, card_risk
from creditsite.kernel import clock
from creditsite.kernel.credits import ZERO
from disputes.facts import ChargeFacts, charge_facts
from disputes.models import Dispute, DisputedPurchase, DisputeReason, Ruling, RulingOutcome
from disputes.suggestion import Suggestion, suggest_purchase_ruling, suggest_ruling
from wallet.models import LedgerEntry
from wallet.reports.runs import is_marked_failed, spends_near_each

MOST_NEIGHBOURS = 40
MOST_EARLIER = 20


@dataclass(frozen=True)
class Neighbour:
    """A spend of the same service around a disputed one."""

    entry: LedgerEntry
    apart: timedelta
    is_disputed: bool
    repeats: bool
    is_marked_failed: bool
    left: Decimal


@dataclass(frozen=True)
class EarlierDispute:
    """Another case of the same customer, and how it was ruled on (None: not yet, or never)."""

    dispute: Dispute
    outcome: str | None
    credits: Decimal


@dataclass(frozen=True)
class PurchaseFacts:
    """A disputed payment, what it brought, and others like it within a day."""

    purchase: DisputedPurchase
    credits: Decimal
    remaining: Decimal
    alike: int


@dataclass(frozen=True)
class Review:
    """What an operator reads before ruling."""

    facts: list[ChargeFacts]
    neighbours: list[Neighbour]
    purchase: PurchaseFacts | None
    suggestion: Suggestion
    earlier: list[EarlierDispute]
    risk: CardRisk
    made_at: datetime


def review_of(dispute: Dispute) -> Review:
    """Put the evidence of a case together. At most nine queries."""
    facts = charge_facts(dispute)
    purchase = _purchase(dispute)
    if purchase:
        suggestion = suggest_purchase_ruling(alike=purchase.alike)
    else:
        suggestion = suggest_ruling(facts, DisputeReason(dispute.reason))
    return Review(
        facts=facts,
        neighbours=list(islice(_neighbours(facts), MOST_NEIGHBOURS)),
        purchase=purchase,
        suggestion=suggestion,
        earlier=list(_earlier(dispute)),
        risk=card_risk(dispute.wallet.customer_id),
        made_at=clock.now(),
    )


def _neighbours(facts: list[ChargeFacts]) -> Iterator[Neighbour]:
    """Yield the other spends of the services around the charges, each once."""
    disputed = {each.spend.pk for each in facts}
    near = spends_near_each([each.spend for each in facts], MOST_NEIGHBOURS)
    seen: set[int] = set()
    for each in facts:
        repeats = {repeat.entry.pk for repeat in each.repeats}
        for other in near[each.spend.pk]:
            if other.pk not in seen:
                seen.add(other.pk)
                yield Neighbour(
                    entry=other,
                    apart=other.created_at - each.spend.created_at,
                    is_disputed=other.pk in disputed,
                    repeats=other.pk in repeats,
                    is_marked_failed=is_marked_failed(other),
                    left=other.left,
                )


def _purchase(dispute: Dispute) -> PurchaseFacts | None:
    found = (
        DisputedPurchase.objects.filter(dispute=dispute).select_related("invoice__top_up").first()
    )
    if found is None or found.invoice.paid_at is None:
        return None
    paid_at, day = found.invoice.paid_at, timedelta(days=1)
    alike = dispute.wallet.invoices.filter(
        status=found.invoice.status,
        total_cents=found.invoice.total_cents,
        label=found.invoice.label,
        paid_at__range=(paid_at - day, paid_at + day),
    )
    brought = Q(allocation__stripe_invoice_id=found.invoice.stripe_id)
    if found.invoice.top_up:
        brought |= Q(reference=found.invoice.top_up.stripe_session_id)
    lots = dispute.wallet.grants.filter(brought)
    sums = lots.aggregate(credits=Sum("credits"), remaining=Sum("remaining"))
    return PurchaseFacts(
        purchase=found,
        credits=sums["credits"] or ZERO,
        remaining=sums["remaining"] or ZERO,
        alike=alike.exclude(pk=found.invoice_id).count(),
    )


def _earlier(dispute: Dispute) -> Iterator[EarlierDispute]:
    others = Dispute.objects.filter(wallet=dispute.wallet).exclude(pk=dispute.pk).with_sums()
    last = Ruling.objects.filter(dispute=OuterRef("pk")).order_by("-level").values("outcome")[:1]
    found = others.annotate(last_outcome=Subquery(last))  # type: ignore[no-redef]
    for other in found.order_by("-pk")[:MOST_EARLIER]:
        outcome = RulingOutcome(other.last_outcome).label if other.last_outcome else None
        yield EarlierDispute(other, outcome, other.refunded or ZERO)

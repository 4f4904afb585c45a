"""What a customer may dispute: before a form is filled in, and beside a charge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.urls import reverse

from billing.models import Invoice
from creditsite.kernel import clock
from creditsite.kernel.errors import DomainError
from disputes.actions.open import check_claim, check_purchase
from disputes.models import Dispute, DisputedCharge, DisputedPurchase, RuledCharge
from wallet.models import EntryKind, LedgerEntry, Wallet


@dataclass(frozen=True)
class Claimable:
    """A charge that may be disputed, or why it may not."""

    entry: int
    title: str
    credits: Decimal
    left: Decimal
    created_at: datetime
    refusal: str = ""


@dataclass(frozen=True)
class ClaimablePurchase:
    """A payment that may be disputed, or why it may not."""

    invoice: int
    label: str
    number: str
    total_cents: int
    currency: str
    paid_at: datetime | None
    refusal: str = ""


@dataclass(frozen=True)
class DisputeOfEntry:
    """What a charge's page says about disputes: until when it may be disputed, or its case.

    `url` leads to the case or to the form; empty where there is nothing to do.
    """

    label: str
    url: str
    is_case: bool
    until: datetime | None = None


def claimable_charges(wallet: Wallet, entries: Iterable[int]) -> list[Claimable]:
    """Return the wallet's spends among the entries, oldest first; what is not is left out."""
    spends = LedgerEntry.objects.filter(wallet=wallet, pk__in=list(entries)).spends_with_left()
    now = clock.now()
    return [_claimable(spend, now) for spend in spends.select_related("service").order_by("pk")]


def _claimable(spend: LedgerEntry, now: datetime) -> Claimable:
    assert spend.service is not None
    refusal = ""
    try:
        check_claim(spend, None, now)
    except DomainError as error:
        refusal = error.detail
    left: Decimal = spend.left
    return Claimable(
        entry=spend.pk,
        title=spend.service.name,
        credits=-spend.credits,
        left=left,
        created_at=spend.created_at,
        refusal=refusal,
    )


def claimable_purchase(wallet: Wallet, invoice: int) -> ClaimablePurchase | None:
    """Return the wallet's payment, or None where it has no such."""
    found = Invoice.objects.filter(pk=invoice, wallet=wallet).first()
    if found is None:
        return None
    refusal = ""
    try:
        check_purchase(found, clock.now())
    except DomainError as error:
        refusal = error.detail
    return ClaimablePurchase(
        invoice=found.pk,
        label=found.label,
        number=found.number,
        total_cents=found.total_cents,
        currency=found.currency,
        paid_at=found.paid_at,
        refusal=refusal,
    )


def disputable_entries(entries: Iterable[int]) -> set[int]:
    """Return which entries are charges in the window that no live case is about. One query."""
    if not settings.CREDIT_DISPUTE_ENABLED:
        return set()
    spends = LedgerEntry.objects.filter(
        pk__in=list(entries),
        kind=EntryKind.SPEND,
        created_at__gt=clock.now() - settings.DISPUTE_WINDOW,
    )
    return set(spends.exclude(disputed_charges__is_live=True).values_list("pk", flat=True))


def disputable_invoices(invoices: Iterable[int]) -> set[int]:
    """Return which invoices are payments in the window that no live case is about. One query."""
    if not settings.CREDIT_DISPUTE_ENABLED:
        return set()
    paid = Invoice.objects.filter(
        pk__in=list(invoices),
        total_cents__gt=0,
        status="paid",
        paid_at__gt=clock.now() - settings.DISPUTE_WINDOW,
    )
    disputed = DisputedPurchase.objects.filter(is_live=True).values("invoice")
    return set(paid.exclude(pk__in=disputed).values_list("pk", flat=True))


def dispute_of_entry(entry_id: int) -> DisputeOfEntry | None:
    """Return what the page of an entry says about disputes, or None. Few queries."""
    entry = LedgerEntry.objects.get(pk=entry_id)
    if entry.kind == EntryKind.REVERSAL:
        ruled = RuledCharge.objects.filter(entry=entry).select_related("ruling").first()
        return _case(ruled.ruling.dispute_id, "Given back by the ruling of") if ruled else None
    if entry.kind != EntryKind.SPEND:
        return None
    charge = (
        DisputedCharge.objects.filter(entry=entry).select_related("dispute").order_by("-pk").first()
    )
    if charge and (charge.is_live or charge.dispute.rulings.exists()):
        return _case(charge.dispute_id, f"{charge.dispute.get_status_display()}:")
    until = entry.created_at + settings.DISPUTE_WINDOW
    if entry.pk not in disputable_entries([entry.pk]):
        return None
    return DisputeOfEntry("", f"{reverse('disputes:new')}?entry={entry.pk}", False, until)


def _case(dispute: int, label: str) -> DisputeOfEntry:
    url = reverse("disputes:dispute", args=[dispute])
    return DisputeOfEntry(f"{label} dispute {dispute}", url, True)


def waiting_for_answer(customer_id: int) -> list[Dispute]:
    """Return the customer's cases in which operators wait for an answer. One query."""
    asked = Dispute.objects.filter(answer_by__isnull=False, wallet__customer=customer_id)
    return list(asked.order_by("answer_by"))

"""Open a dispute about charges, or about a payment."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from billing.models import Invoice
from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from creditsite.kernel.errors import IdempotencyKeyReused, NextStep
from disputes import jobs
from disputes.actions.cases import record, start_review, tell
from disputes.actions.texts import require_explanation
from disputes.errors import (
    AlreadyDisputed,
    AlreadyRuledOn,
    ClaimTooLarge,
    DisputedChargesOutOfRange,
    DisputesDisabled,
    DisputeWindowClosed,
    NotASpend,
    PurchaseNotFound,
    PurchaseNotPaid,
    TooManyDisputes,
)
from disputes.models import (
    Dispute,
    DisputedCharge,
    DisputedPurchase,
    DisputeEventKind,
    DisputeReason,
)
from disputes.models.dispute import DisputeQuerySet
from wallet.actions import lock_wallet
from wallet.actions.outcomes import require_credits
from wallet.errors import SpendAlreadyReversed, SpendNotFound
from wallet.models import EventKind, LedgerEntry, Wallet

MOST_LIVE_DISPUTES = 10
MOST_CHARGES = 50


@dataclass(frozen=True)
class Opening:
    """A dispute and whether it was there before (a retry answered with the first result)."""

    dispute: Dispute
    replayed: bool


@transaction.atomic
def open_dispute(
    *,
    wallet: Wallet,
    reason: DisputeReason,
    explanation: str,
    actor: Actor,
    charges: Mapping[int, Decimal | None] | None = None,
    invoice: int | None = None,
    idempotency_key: str = "",
) -> Opening:
    """Contest charges of a wallet, or one payment, by `actor`.

    `charges` are spends by the id of their entry, each with the credits that are claimed, or
    None for all that is left of it; `invoice` is the id of a paid invoice instead. All of it
    becomes one case, or nothing does. The same request under the same key answers the first case.

    Raises `DisputesDisabled`, `DisputedChargesOutOfRange`, `TextOutOfRange`, `TooManyDisputes`,
    `IdempotencyKeyReused`; of charges `SpendNotFound` (also where it is not of this wallet),
    `NotASpend`, `DisputeWindowClosed`, `AlreadyDisputed`, `AlreadyRuledOn`,
    `SpendAlreadyReversed`, `CreditsOutOfRange`, `ClaimTooLarge`; of a payment `PurchaseNotFound`,
    `PurchaseNotPaid` and the same.
    """
    claimed = dict(charges or {})
    said = require_explanation(explanation)
    request_hash = _hash_of(reason, said, claimed, invoice)
    # The wallet's lock lets one dispute at a time be opened, and no reversal come in between.
    lock_wallet(wallet_id=wallet.pk)
    if idempotency_key and (first := _answered(wallet, idempotency_key, request_hash)):
        return Opening(first, replayed=True)
    _require_open_to(wallet, claimed, invoice)
    now = clock.now()
    spends = _claims(wallet, claimed, now)
    paid = None if invoice is None else _require_purchase(wallet, invoice, now)
    dispute = Dispute(
        wallet=wallet,
        reason=reason,
        explanation=said,
        actor=str(actor),
        idempotency_key=idempotency_key,
        request_hash=request_hash if idempotency_key else "",
        opened_at=now,
    )
    start_review(dispute, now)
    dispute.save()
    _keep_claims(dispute, spends, paid)
    record(dispute, DisputeEventKind.OPENED, actor=actor, at=now, from_status="")
    tell(dispute, EventKind.DISPUTE_OPENED, respond_by=dispute.respond_by)
    if settings.DISPUTE_AUTOMATIC_RULES and spends:
        jobs.defer_automatic_ruling(dispute)
    return Opening(dispute, replayed=False)


def _keep_claims(
    dispute: Dispute, spends: list[tuple[LedgerEntry, Decimal]], paid: Invoice | None
) -> None:
    DisputedCharge.objects.bulk_create(
        [DisputedCharge(dispute=dispute, entry=spend, claimed=credits) for spend, credits in spends]
    )
    if paid:
        DisputedPurchase.objects.create(
            dispute=dispute, invoice=paid, claimed_cents=paid.total_cents
        )


def _hash_of(
    reason: str, explanation: str, claimed: Mapping[int, Decimal | None], invoice: int | None
) -> str:
    asked = sorted((entry, None if c is None else f"{c:.4f}") for entry, c in claimed.items())
    text = json.dumps([str(reason), explanation, asked, invoice])
    return hashlib.sha256(text.encode()).hexdigest()


def _answered(wallet: Wallet, key: str, request_hash: str) -> Dispute | None:
    first = Dispute.objects.filter(wallet=wallet, idempotency_key=key).first()
    if first and first.request_hash != request_hash:
        raise IdempotencyKeyReused(
            "The key stands for another request. Use a new key for a new request."
        )
    return first


def require_disputes_enabled() -> None:
    """Raise `DisputesDisabled` where the settings let nobody open a dispute."""
    if not settings.CREDIT_DISPUTE_ENABLED:
        raise DisputesDisabled("Disputes can't be opened on this site now. Write to us instead.")


def _require_open_to(
    wallet: Wallet, claimed: Mapping[int, Decimal | None], invoice: int | None
) -> None:
    require_disputes_enabled()
    if bool(claimed) == (invoice is not None) or len(claimed) > MOST_CHARGES:
        raise DisputedChargesOutOfRange(
            f"Name 1 to {MOST_CHARGES} charges, or one payment.", limit=MOST_CHARGES
        )
    if Dispute.objects.live().filter(wallet=wallet).count() >= MOST_LIVE_DISPUTES:
        raise TooManyDisputes(
            f"{MOST_LIVE_DISPUTES} disputes are under way. Wait for a ruling, or withdraw one.",
            next_step=NextStep("See your disputes", reverse("disputes:list")),
            limit=MOST_LIVE_DISPUTES,
        )


def _claims(
    wallet: Wallet, claimed: Mapping[int, Decimal | None], now: datetime
) -> list[tuple[LedgerEntry, Decimal]]:
    """Return the spends with what is claimed of each; raise what the first wrong one is refused."""
    entries = LedgerEntry.objects.filter(wallet=wallet, pk__in=claimed)
    spends = {spend.pk: spend for spend in entries.spends_with_left()}
    known = set(entries.values_list("pk", flat=True))
    found = []
    for entry in sorted(claimed):
        if entry not in known:
            raise SpendNotFound("No charge with this id is yours.", entry=entry)
        if entry not in spends:
            raise NotASpend(
                "Only charges of a service can be disputed. Open one of those.", entry=entry
            )
        found.append((spends[entry], check_claim(spends[entry], claimed[entry], now)))
    return found


def check_claim(spend: LedgerEntry, credits: Decimal | None, now: datetime) -> Decimal:
    """Return what is claimed of a spend (one of `spends_with_left`); raise as `open_dispute`."""
    _require_in_window(spend.created_at, now, entry=spend.pk)
    _require_new(Dispute.objects.filter(charges__entry=spend), entry=spend.pk)
    left: Decimal = spend.left
    if left <= 0:
        raise SpendAlreadyReversed("Everything of this charge came back before.", entry=spend.pk)
    if credits is not None and require_credits(credits) > left:
        raise ClaimTooLarge(
            f"{left} credits of this charge can come back.", entry=spend.pk, left=left
        )
    return left if credits is None else credits


def _require_purchase(wallet: Wallet, invoice: int, now: datetime) -> Invoice:
    found = Invoice.objects.filter(pk=invoice, wallet=wallet).first()
    if found is None:
        raise PurchaseNotFound("No payment with this id is yours.", invoice=invoice)
    check_purchase(found, now)
    return found


def check_purchase(invoice: Invoice, now: datetime) -> None:
    """Raise as `open_dispute` does unless the payment of an invoice may be disputed."""
    if invoice.paid_at is None or not invoice.is_paid or invoice.total_cents <= 0:
        raise PurchaseNotPaid("Nothing was paid for this invoice.", invoice=invoice.pk)
    _require_in_window(invoice.paid_at, now, invoice=invoice.pk)
    _require_new(Dispute.objects.filter(purchase__invoice=invoice), invoice=invoice.pk)


def _require_in_window(happened_at: datetime, now: datetime, **what: Any) -> None:
    until = happened_at + settings.DISPUTE_WINDOW
    if now >= until:
        raise DisputeWindowClosed(
            f"This can be disputed for {settings.DISPUTE_WINDOW.days} days. Write to us instead.",
            closed_at=until.isoformat(),
            **what,
        )


def _require_new(disputes: DisputeQuerySet, **what: Any) -> None:
    """Raise where a case about the same is live, or has been ruled on."""
    for earlier in disputes.order_by("-pk").prefetch_related("rulings"):
        see = NextStep("Open that dispute", reverse("disputes:dispute", args=[earlier.pk]))
        if earlier.is_live:
            raise AlreadyDisputed(
                f"Dispute {earlier.pk} is about this.", next_step=see, dispute=earlier.pk, **what
            )
        if earlier.rulings.all():
            raise AlreadyRuledOn(
                f"Dispute {earlier.pk} was about this, and was ruled on.",
                next_step=see,
                dispute=earlier.pk,
                **what,
            )

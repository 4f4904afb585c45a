"""`spend_credits` as one would write it with Django's ORM, with the same guarantees.

Idiomatic and not slow on purpose: one transaction, the wallet's row lock, only the columns that
change are written. It exists to be measured against; nothing of the site uses it. Left out is
what a spend meets seldom and what costs ours nothing here: limits, holds and lots that are due.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import BooleanField, DecimalField, ExpressionWrapper, F, Q

from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from creditsite.kernel.credits import ZERO, round_cents, round_credits
from creditsite.kernel.errors import IdempotencyKeyReused
from wallet.errors import (
    InsufficientCredits,
    QuantityTooSmall,
    ServiceNotFound,
    ServicePaused,
    ServiceUnpriced,
    SystemPaused,
    WalletClosed,
    WalletNotFound,
    WalletPaused,
)
from wallet.models import (
    EntryKind,
    EventKind,
    Grant,
    LedgerEntry,
    Service,
    ServiceRate,
    ServiceStatus,
    SystemPause,
    UsageDay,
    Wallet,
    WalletStatus,
)

Draws = list[tuple[int, str, int]]
DRAW_ORDER = (
    *("priority", "expires_at"),
    ExpressionWrapper(Q(cost_cents__gt=0), output_field=BooleanField()),
    ExpressionWrapper(F("cost_cents") / F("credits"), output_field=DecimalField()),
    *("created_at", "id"),
)


@dataclass(frozen=True)
class Priced:
    """A quantity of a service and what it costs."""

    service: Service
    rate: ServiceRate
    quantity: Decimal
    credits: Decimal


@transaction.atomic
def spend_credits(
    *,
    wallet_id: int,
    service: str,
    quantity: Decimal,
    idempotency_key: str,
    actor: Actor,
    metadata: dict[str, Any] | None = None,
) -> tuple[LedgerEntry, bool]:
    """Spend like the action of that name; return the entry and whether it was there before."""
    wallet = Wallet.objects.select_for_update().filter(pk=wallet_id).first()
    if wallet is None:
        raise WalletNotFound("No wallet has this id.")
    request = _digest(["spend", service, str(round_credits(quantity)), metadata or {}])
    first = _first_answer(wallet, idempotency_key, request)
    if first is not None:
        return first, True
    _require_open(wallet)
    now = clock.now()
    priced = _price(service, quantity, now)
    available = wallet.balance - wallet.held
    if available < priced.credits:
        raise InsufficientCredits(f"{available} credits are available.", available=available)
    draws, cost_cents = _draw(wallet, priced.credits, now)
    entry = LedgerEntry(
        wallet=wallet,
        sequence=wallet.sequence + 1,
        kind=EntryKind.SPEND,
        credits=-priced.credits,
        balance_after=wallet.balance - priced.credits,
        draws=draws,
        service=priced.service,
        rate=priced.rate,
        quantity=priced.quantity,
        cost_cents=cost_cents,
        idempotency_key=idempotency_key,
        request_hash=request,
        actor=str(actor),
        metadata=metadata or {},
        created_at=now,
    )
    _append(wallet, entry)
    _count_usage(entry, priced)
    return entry, False


def _first_answer(wallet: Wallet, key: str, request: bytes) -> LedgerEntry | None:
    first = wallet.entries.filter(idempotency_key=key).first()
    used = first or wallet.holds.filter(idempotency_key=key).first()
    if used is not None and bytes(used.request_hash) != request:
        raise IdempotencyKeyReused("The key stands for another request.")
    return first


def _require_open(wallet: Wallet) -> None:
    if SystemPause.objects.filter(resumed_at=None).exists():
        raise SystemPaused("The system is paused.")
    if wallet.status == WalletStatus.CLOSED:
        raise WalletClosed("This wallet is closed.")
    if wallet.status != WalletStatus.ACTIVE:
        raise WalletPaused("This wallet is paused.")


def _price(slug: str, quantity: Decimal, now: datetime) -> Priced:
    service = Service.objects.filter(slug=slug).first()
    if service is None:
        raise ServiceNotFound("No service has this slug.")
    if service.status != ServiceStatus.ACTIVE:
        raise ServicePaused("The service is paused.")
    rate = service.rates.filter(effective_at__lte=now).order_by("-effective_at").first()
    if rate is None:
        raise ServiceUnpriced("The service has no price in force yet.")
    credits = max(round_credits(quantity * rate.credits_per_unit), rate.minimum_credits)
    if credits == ZERO:
        raise QuantityTooSmall("The quantity costs less than 0.0001 credits.")
    return Priced(service, rate, round_credits(quantity), credits)


def _draw(wallet: Wallet, credits: Decimal, now: datetime) -> tuple[Draws, int]:
    """Take the credits from the open lots in draw order; return the draws and their cost."""
    draws: Draws = []
    left = credits
    for lot in wallet.grants.filter(is_open=True, expires_at__gt=now).order_by(*DRAW_ORDER):
        taken = min(left, lot.remaining - lot.held)
        if not taken:
            continue
        cents = _cost_of_drawn(lot, lot.remaining) - _cost_of_drawn(lot, lot.remaining - taken)
        lot.remaining -= taken
        lot.is_open = lot.remaining > 0
        lot.save(update_fields=["remaining", "is_open"])
        draws.append((lot.pk, str(-taken), cents))
        left -= taken
        if not left:
            return draws, sum(cents for _, _, cents in draws)
    raise InsufficientCredits("The lots do not hold enough.", available=credits - left)


def _cost_of_drawn(lot: Grant, remaining: Decimal) -> int:
    return round_cents(lot.cost_cents * (lot.credits - remaining) / lot.credits)


def _append(wallet: Wallet, entry: LedgerEntry) -> None:
    entry.hash = _digest(_canonical(entry), before=bytes(wallet.head))
    entry.save(force_insert=True)
    wallet.balance = entry.balance_after
    wallet.sequence = entry.sequence
    wallet.head = entry.hash
    was_low, free = wallet.is_low, wallet.balance - wallet.held
    wallet.is_low = wallet.alert_below is not None and free < wallet.alert_below
    wallet.save(update_fields=["balance", "sequence", "head", "is_low"])
    if free == ZERO or (wallet.is_low and not was_low):
        kind = EventKind.BALANCE_LOW if free else EventKind.BALANCE_DEPLETED
        wallet.events.create(kind=kind, data={"available": str(free)}, created_at=entry.created_at)


def _count_usage(entry: LedgerEntry, priced: Priced) -> None:
    day, _ = UsageDay.objects.get_or_create(
        wallet_id=entry.wallet_id, service=priced.service, day=entry.created_at.date()
    )
    UsageDay.objects.filter(pk=day.pk).update(
        spends=F("spends") + 1,
        quantity=F("quantity") + priced.quantity,
        credits=F("credits") + priced.credits,
        failed=F("failed") + (1 if entry.metadata.get("outcome") == "failed" else 0),
    )


def _canonical(entry: LedgerEntry) -> list[Any]:
    return [
        *(entry.wallet_id, entry.sequence, entry.kind, str(entry.credits)),
        *(str(entry.balance_after), entry.draws, entry.service_id, entry.rate_id),
        *(str(entry.quantity), entry.cost_cents, entry.idempotency_key),
        *(entry.request_hash.hex(), entry.actor, entry.metadata, entry.created_at.isoformat()),
    ]


def _digest(document: list[Any], *, before: bytes = b"") -> bytes:
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(before + text.encode()).digest()

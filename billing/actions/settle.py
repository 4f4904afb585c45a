"""Carry on what is left of periods that are over, as the terms say."""

from __future__ import annotations

import logging
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from billing.actions.refresh import refresh_subscription
from billing.errors import StripeUnavailable
from billing.models import Allocation, PackageVersion, Rollover, Subscription
from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from creditsite.kernel.credits import ZERO
from creditsite.kernel.errors import DomainError
from creditsite.kernel.idempotency import internal_key
from wallet.actions import grant_credits, roll_over
from wallet.errors import NothingToRollOver, WalletClosed
from wallet.models import EntryKind, Grant, GrantSource, LedgerEntry

logger = logging.getLogger(__name__)

ROLLOVER = Actor.system("rollover")


def settle_periods(*, at: datetime | None = None) -> int:
    """Settle every period that is over at a moment (default: now); return how many were.

    Stripe is asked first how the subscription stands: nothing rolls over where it ends with the
    period. Where Stripe can't be asked, or what it tells is not understood, the period waits for
    the next time and holds up no other. Each in a transaction of its own. Not for use inside a
    transaction.
    """
    due = Allocation.objects.filter(settled_at=None, period_end__lte=at or clock.now())
    periods = due.order_by("period_end").values_list("subscription_id", "period_end").distinct()
    settled = 0
    for subscription_id, period_end in list(periods):
        subscription = Subscription.objects.get(pk=subscription_id)
        assert subscription.stripe_id
        try:
            refresh_subscription(stripe_id=subscription.stripe_id)
        except StripeUnavailable:
            logger.warning("Subscription %s is settled later: no Stripe.", subscription_id)
            continue
        except DomainError:
            logger.exception("Subscription %s can't be settled.", subscription_id)
            continue
        _settle(subscription, period_end)
        settled += 1
    return settled


@transaction.atomic
def _settle(subscription: Subscription, period_end: datetime) -> None:
    subscription = Subscription.objects.select_for_update(no_key=True).get(pk=subscription.pk)
    allocations = list(
        Allocation.objects.filter(subscription=subscription, period_end=period_end)
        .select_related("version__package", "grant__wallet", "rolled_over")
        .order_by("period_start", "pk")
    )
    # The terms that were in force last count for the whole period.
    room = _room(subscription, allocations[-1].version, period_end)
    room -= sum((each.rolled_over.credits for each in allocations if each.rolled_over), ZERO)
    for allocation in allocations:
        if allocation.settled_at is None:
            room -= _settle_allocation(allocation, allocations[-1].version, room)


def _room(subscription: Subscription, terms: PackageVersion, period_end: datetime) -> Decimal:
    """Return how many credits may go on from a period at most."""
    ends_at = subscription.ended_at or subscription.cancels_at
    if terms.rollover == Rollover.NONE or (ends_at and ends_at <= period_end):
        return ZERO
    return terms.rollover_cap or Decimal("Infinity")


def _settle_allocation(allocation: Allocation, terms: PackageVersion, room: Decimal) -> Decimal:
    """Carry on what is left, at most so many credits; return how many went on."""
    most = min(room, allocation.grant.credits)
    if most > ZERO and terms.rollover_months:
        until = clock.months_after(allocation.period_end, terms.rollover_months)
        if until > clock.now():
            allocation.rolled_over = _carry_on(allocation, f"{terms.package}", most, until)
    allocation.settled_at = clock.now()
    allocation.save(update_fields=["settled_at", "rolled_over"])
    return allocation.rolled_over.credits if allocation.rolled_over else ZERO


def _carry_on(
    allocation: Allocation, package: str, most: Decimal, until: datetime
) -> LedgerEntry | None:
    key = internal_key("rollover", str(allocation.pk))
    reason = f"Unspent at the end of {package}"
    lot = allocation.grant
    try:
        with transaction.atomic():
            return roll_over(
                grant=lot,
                most=most,
                expires_at=until,
                idempotency_key=key,
                actor=ROLLOVER,
                reason=reason,
            ).entry
    except WalletClosed:
        return None
    except NothingToRollOver:
        # Where settling came too late, the rest has lapsed by now: what had a right to go on
        # comes back.
        credits = min(most, _lapsed(lot))
        if credits <= ZERO:
            return None
    return grant_credits(
        wallet=lot.wallet,
        credits=credits,
        source=GrantSource.ROLLOVER,
        cost_cents=int(lot.cost_cents * credits / lot.credits),
        currency=lot.currency,
        expires_at=until,
        priority=lot.priority,
        reference=f"lot {lot.pk}",
        idempotency_key=key,
        actor=ROLLOVER,
        reason=reason,
    ).entry


def _lapsed(lot: Grant) -> Decimal:
    """Return how many credits of a lot lapsed; what an operator rolled over went on already."""
    lapses = LedgerEntry.objects.filter(
        wallet=lot.wallet_id, kind=EntryKind.EXPIRY, reference=f"lot {lot.pk}"
    ).exclude(metadata__has_key="rolled_over")
    return sum((-entry.credits for entry in lapses), ZERO)

"""Move subscribers of earlier terms to newer ones: plan it, tell them, carry it out."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from billing import gateway
from billing.actions.publish import price_version
from billing.actions.running import ask_how_it_runs
from billing.actions.tell import tell_customer, terms_of
from billing.errors import StripeUnavailable, VersionMoveRefused
from billing.models import (
    Interval,
    MoveNotice,
    Package,
    PackageVersion,
    Subscription,
    SubscriptionStatus,
    VersionMove,
)
from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from creditsite.kernel.errors import DomainError
from wallet.models import EventKind

logger = logging.getLogger(__name__)

LEAST_NOTICE = timedelta(days=14)
MONTHS = {Interval.MONTH: 1, Interval.YEAR: 12}


@transaction.atomic
def plan_version_move(
    *, version: PackageVersion, starts_at: datetime, reason: str, actor: Actor
) -> VersionMove:
    """Decide that subscribers of the package's earlier terms get these with their first renewal
    from `starts_at` on, and tell them.

    Terms that are worse for somebody need `LEAST_NOTICE`. Raises `VersionMoveRefused`.
    """
    Package.objects.select_for_update(no_key=True).get(pk=version.package_id)
    check_version_move(version=version, starts_at=starts_at)
    move = VersionMove.objects.create(
        version=version,
        starts_at=starts_at,
        reason=reason,
        planned_by=str(actor),
        created_at=clock.now(),
    )
    _tell_subscribers(move)
    return move


def check_version_move(*, version: PackageVersion, starts_at: datetime) -> None:
    """Raise what `plan_version_move` would raise."""
    subscribed = Subscription.objects.on_earlier_terms(version).select_related("version")
    if version.starts_at > starts_at:
        raise VersionMoveRefused(f"{version} is in force from {version.starts_at:%Y-%m-%d} on.")
    newer = VersionMove.objects.filter(
        version__package=version.package_id,
        version__number__gte=version.number,
        called_off_at=None,
    )
    if newer.exists():
        raise VersionMoveRefused(f"Subscribers are being moved to {newer[0].version} already.")
    notice = max(
        (notice_needed(old=each.version, new=version) for each in subscribed), default=timedelta(0)
    )
    earliest = clock.now() + notice
    if notice and starts_at < earliest:
        raise VersionMoveRefused(
            f"Some would be worse off, and must be told {LEAST_NOTICE.days} days ahead: "
            f"choose {earliest:%Y-%m-%d %H:%M} UTC or later."
        )


def notice_needed(*, old: PackageVersion, new: PackageVersion) -> timedelta:
    """Return how long before it holds a subscriber must be told of new terms."""
    is_as_good = (
        new.price_cents <= old.price_cents
        and new.credits >= old.credits
        and new.interval == old.interval
        and new.top_up_discount_percent >= old.top_up_discount_percent
        and (new.rollover, new.rollover_cap, new.rollover_months)
        == (old.rollover, old.rollover_cap, old.rollover_months)
    )
    return timedelta(0) if is_as_good else LEAST_NOTICE


def first_renewal(*, subscription: Subscription, not_before: datetime) -> datetime:
    """Return the first renewal of a running subscription at or after a moment."""
    start, end = subscription.period_start, subscription.period_end
    assert start and end
    # Of the two the one later in its month: a short month has the other end early.
    base = max(start, end, key=lambda moment: moment.day)
    renewal, count = end, 0
    while renewal < not_before or renewal < end:
        count += MONTHS[Interval(subscription.version.interval)]
        renewal = clock.months_after(base, count)
    return renewal


@transaction.atomic
def call_off_version_move(*, move: VersionMove, actor: Actor) -> VersionMove:
    """Take a move back, and tell whoever was told and still has earlier terms.

    What stands at Stripe for it is taken back by `move_subscribers`. Raises
    `VersionMoveRefused`.
    """
    locked = VersionMove.objects.select_for_update(no_key=True).get(pk=move.pk)
    if locked.is_called_off:
        raise VersionMoveRefused("This move is called off already.")
    locked.called_off_at, locked.called_off_by = clock.now(), str(actor)
    locked.save(update_fields=["called_off_at", "called_off_by"])
    told = locked.subscriptions.filter(move_notices__move=locked)
    for subscription in told.select_related("wallet", "version__package"):
        data = {"subscription": str(subscription.pk), **terms_of(subscription.version)}
        tell_customer(
            wallet=subscription.wallet, kind=EventKind.SUBSCRIPTION_PRICE_STAYS, data=data
        )
    return locked


def move_subscribers() -> int:
    """Carry all moves on: tell who has come to be concerned, have Stripe go on by the new terms
    after the period before they hold, take back what was called off. Return how many changes
    were made at Stripe.

    Repeating it changes nothing. A plan that is cancelled, changing or overdue waits until it
    is not. Not for use inside a transaction.
    """
    changes = 0
    try:
        for move in VersionMove.objects.select_related("version__package").order_by("pk"):
            if move.is_called_off:
                changes += sum(_release(each, move) for each in _scheduled(move))
            else:
                _tell_subscribers(move)
                changes += sum(_schedule(each, move) for each in _due(move))
    except StripeUnavailable:
        logger.warning("Subscribers are moved later: Stripe can't be asked.")
    return changes


@transaction.atomic
def _tell_subscribers(move: VersionMove) -> None:
    """Tell whoever has earlier terms and was not told."""
    new = move.version
    untold = move.subscriptions.exclude(move_notices__move=move).select_for_update(
        no_key=True, of=("self",)
    )
    for subscription in untold.select_related("wallet", "version__package"):
        old, now = subscription.version, clock.now()
        earliest = max(move.starts_at, now + notice_needed(old=old, new=new))
        renewal = first_renewal(subscription=subscription, not_before=earliest)
        MoveNotice.objects.create(
            move=move, subscription=subscription, takes_effect_at=renewal, told_at=now
        )
        data = {"subscription": str(subscription.pk), "from": renewal, **terms_of(new)}
        tell_customer(
            wallet=subscription.wallet,
            kind=EventKind.SUBSCRIPTION_PRICE_CHANGES,
            data=data | {"old": terms_of(old)},
        )


def _due(move: VersionMove) -> list[Subscription]:
    """Return those whose next renewal is to go by the new terms, and is not planned to."""
    notices = MoveNotice.objects.filter(
        move=move,
        subscription__in=move.subscriptions.filter(
            status=SubscriptionStatus.ACTIVE,
            cancels_at=None,
            next_version=None,
            waiting_version=None,
        ),
    )
    return [
        notice.subscription
        for notice in notices.filter(
            subscription__period_end__gte=F("takes_effect_at")
        ).select_related("subscription")
    ]


def _scheduled(move: VersionMove) -> list[Subscription]:
    """Return those for whom a called-off move stands at Stripe; none where it was planned anew."""
    if VersionMove.objects.filter(version=move.version, called_off_at=None).exists():
        return []
    return list(move.subscriptions.filter(next_version=move.version))


def _schedule(subscription: Subscription, move: VersionMove) -> bool:
    try:
        row, told = ask_how_it_runs(subscription)
        if row.next_version_id or row.waiting_version_id or row.cancels_at:
            return False
        gateway.schedule_price(
            told,
            price_id=price_version(version=move.version).stripe_id,
            interval=move.version.interval,
        )
        ask_how_it_runs(subscription)
    except StripeUnavailable:
        raise
    except DomainError as refusal:
        logger.warning("Subscription %s is not moved now: %s", subscription.pk, refusal)
        return False
    return True


def _release(subscription: Subscription, move: VersionMove) -> bool:
    try:
        row, told = ask_how_it_runs(subscription)
        if row.next_version_id != move.version_id:
            return False
        gateway.release_schedule(told.schedule_id)
        ask_how_it_runs(subscription)
    except StripeUnavailable:
        raise
    except DomainError as refusal:
        logger.warning("Subscription %s stays scheduled now: %s", subscription.pk, refusal)
        return False
    return True

"""What moving subscribers to other terms would change for each of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Q, Sum

from billing.actions import first_renewal, notice_needed
from billing.models import AllocationKind, PackageVersion, Subscription
from creditsite.kernel import clock

LAST = timedelta(days=365)


@dataclass(frozen=True)
class MovedSubscriber:
    """A subscriber's terms now and then, and what their own last year would have cost.

    `paid_cents` was paid for `periods` periods of the package in the last year; by the new terms
    it would have been `more_cents` more (negative: less).
    """

    customer: str
    version: PackageVersion
    takes_effect_at: datetime
    periods: int
    paid_cents: int
    more_cents: int
    more_each_cents: int
    more_credits: Decimal


def moved_subscribers(version: PackageVersion, starts_at: datetime) -> list[MovedSubscriber]:
    """Return whom a move to a version concerns, those who would pay most more first."""
    recent = Q(
        allocations__kind=AllocationKind.PERIOD,
        allocations__version__package=version.package_id,
        allocations__period_start__gte=clock.now() - LAST,
    )
    concerned = (
        Subscription.objects.on_earlier_terms(version)
        .select_related("version__package", "wallet__customer")
        .annotate(
            periods=Count("allocations", filter=recent),
            paid=Sum("allocations__paid_cents", filter=recent, default=0),
        )
    )
    found = [_moved(each, version, starts_at) for each in concerned]
    return sorted(found, key=lambda each: (-each.more_cents, each.customer))


def _moved(
    subscription: Subscription, version: PackageVersion, starts_at: datetime
) -> MovedSubscriber:
    old = subscription.version
    periods: int = subscription.periods  # type: ignore[attr-defined]
    paid: int = subscription.paid  # type: ignore[attr-defined]
    earliest = max(starts_at, clock.now() + notice_needed(old=old, new=version))
    more = version.price_cents - old.price_cents
    return MovedSubscriber(
        customer=subscription.wallet.customer.email,
        version=old,
        takes_effect_at=first_renewal(subscription=subscription, not_before=earliest),
        periods=periods,
        paid_cents=paid,
        more_cents=more * periods,
        more_each_cents=more,
        more_credits=version.credits - old.credits,
    )

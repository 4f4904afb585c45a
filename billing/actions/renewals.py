"""Tell customers a week ahead what their plan's renewal will charge."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from billing import gateway
from billing.actions.tell import tell_customer
from billing.errors import StripeRefused, StripeUnavailable
from billing.gateway import PreviewedRenewal
from billing.models import Subscription, SubscriptionStatus
from billing.models.subscription import SubscriptionQuerySet
from creditsite.kernel import clock
from wallet.models import EventKind

logger = logging.getLogger(__name__)

AHEAD = timedelta(days=7)


def tell_renewals(*, at: datetime | None = None) -> int:
    """Tell of every renewal that comes within `AHEAD` of a moment (default: now), once each.

    Stripe is asked what it will charge, with all discounts; where it can't be asked, the next
    time will do. Returns how many customers were told. Not for use inside a transaction.
    """
    told = 0
    for subscription in _coming(at or clock.now()).order_by("period_end"):
        assert subscription.stripe_id
        try:
            renewal = gateway.preview_renewal(subscription.stripe_id)
        except StripeUnavailable:
            logger.warning("Renewals are told of later: Stripe can't be asked.")
            break
        except StripeRefused as refusal:
            logger.warning("No renewal of subscription %s: %s", subscription.pk, refusal.__cause__)
            continue
        told += _tell(subscription, renewal)
    return told


def _coming(now: datetime) -> SubscriptionQuerySet:
    return Subscription.objects.filter(
        ~Q(renewal_told_for=F("period_end")) | Q(renewal_told_for=None),
        status=SubscriptionStatus.ACTIVE,
        cancels_at=None,
        period_end__gt=now,
        period_end__lte=now + AHEAD,
    )


@transaction.atomic
def _tell(seen: Subscription, renewal: PreviewedRenewal) -> bool:
    locked = Subscription.objects.select_for_update(no_key=True).get(pk=seen.pk)
    if locked.period_end != seen.period_end or locked.renewal_told_for == locked.period_end:
        return False
    version = locked.next_version or locked.version
    data = {
        "subscription": str(locked.pk),
        "package": version.package.name,
        "credits": str(version.credits),
        "due_cents": renewal.due_cents,
        "currency": renewal.currency,
        "renews_at": locked.period_end,
    }
    tell_customer(wallet=locked.wallet, kind=EventKind.SUBSCRIPTION_RENEWS, data=data)
    locked.renewal_told_for = locked.period_end
    locked.save(update_fields=["renewal_told_for"])
    return True

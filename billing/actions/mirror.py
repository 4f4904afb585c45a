"""Bring dj-stripe's copies up to date."""

from __future__ import annotations

from django.conf import settings
from djstripe.models import Event

from billing.models import StripeEvent
from creditsite.kernel import clock


def mirror_stripe_event(*, event_id: int) -> StripeEvent:
    """Have dj-stripe take in an event, once. Credits never depend on it.

    dj-stripe reads the objects anew from Stripe, several calls an event, inside a transaction
    of its own. Whatever it raises is noted on the event and raised for another attempt.
    """
    event = StripeEvent.objects.get(pk=event_id)
    if event.mirrored_at is not None:
        return event
    try:
        Event.process(event.payload, api_key=settings.STRIPE_SECRET_KEY)
    except Exception as error:
        event.mirror_error = f"{type(error).__name__}: {error}"
        event.save(update_fields=["mirror_error"])
        raise
    event.mirrored_at = clock.now()
    event.mirror_error = ""
    event.save(update_fields=["mirrored_at", "mirror_error"])
    return event

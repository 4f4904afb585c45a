"""The app's jobs by name, for what defers them; what they do stands in `billing.tasks`.

Deferred on the caller's connection: a job exists exactly when the caller's change does.
"""

from __future__ import annotations

from procrastinate.contrib.django import app

from billing.models import StripeEvent

PROCESS_STRIPE_EVENT = "billing.process_stripe_event"
MIRROR_STRIPE_EVENT = "billing.mirror_stripe_event"
# Credits first, copies for support later.
FIRST, LATER = 10, 0


def defer_processing(event: StripeEvent) -> None:
    """Have the event processed; events of one Stripe customer one after the other."""
    app.configure_task(PROCESS_STRIPE_EVENT, lock=f"stripe:{_lane(event)}", priority=FIRST).defer(
        event=event.pk
    )


def defer_mirroring(event: StripeEvent) -> None:
    """Have dj-stripe's copies brought up to date with the event."""
    app.configure_task(
        MIRROR_STRIPE_EVENT, lock=f"stripe-mirror:{_lane(event)}", priority=LATER
    ).defer(event=event.pk)


def _lane(event: StripeEvent) -> str:
    return event.stripe_customer_id or event.event_id

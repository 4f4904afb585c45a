"""Have an event processed again."""

from __future__ import annotations

from django.db import transaction

from billing.errors import StripeEventNotReplayable
from billing.jobs import defer_processing
from billing.models import StripeEvent, StripeEventState
from creditsite.kernel import clock
from creditsite.kernel.actor import Actor


@transaction.atomic
def replay_stripe_event(*, event: StripeEvent, actor: Actor) -> StripeEvent:
    """Put an event back in line, on behalf of an operator; dj-stripe's copies too.

    Harmless: what an event brought once it does not bring again.
    Raises `StripeEventNotReplayable` while it waits.
    """
    locked = StripeEvent.objects.select_for_update(no_key=True).get(pk=event.pk)
    if not locked.may_be_replayed:
        raise StripeEventNotReplayable(
            f"Event {locked.event_id} waits to be processed.", state=locked.state
        )
    locked.state = StripeEventState.RECEIVED
    locked.attempts = 0
    locked.error = ""
    locked.processed_at = None
    locked.alerted_at = None
    locked.replayed_at = clock.now()
    locked.replayed_by = str(actor)
    locked.save(
        update_fields=[
            *("state", "attempts", "error", "processed_at"),
            *("alerted_at", "replayed_at", "replayed_by"),
        ]
    )
    defer_processing(locked)
    return locked

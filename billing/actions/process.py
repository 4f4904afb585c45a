"""Run the handler of an event from the inbox."""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import Enum

from django.db import transaction
from django.db.models import F

from billing.jobs import defer_mirroring
from billing.models import StripeEvent, StripeEventState
from creditsite.kernel import clock
from creditsite.kernel.errors import DomainError

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 6
TEMPORARY = 500


class Handled(Enum):
    """What a handler made of its event."""

    DONE = StripeEventState.PROCESSED
    NOTHING_TO_DO = StripeEventState.IGNORED


# What is to be done about an event once all that had to be asked of Stripe is known.
Step = Callable[[], Handled]
Handler = Callable[[StripeEvent], Step]


def process_stripe_event(*, event_id: int, handle: Handler) -> StripeEvent:
    """Have `handle` ask Stripe what it needs, then do its step in one transaction with the
    event's new state, if the event waits.

    An event that is done with or dead is left alone. A refusal makes it dead at once, since
    waiting changes no rule; anything else is raised for another attempt, and makes it dead
    after `MOST_ATTEMPTS`.
    """
    # Counted in a step of its own: an attempt that kills the process counts too.
    StripeEvent.objects.filter(
        pk=event_id, state=StripeEventState.RECEIVED, attempts__lte=MOST_ATTEMPTS
    ).update(attempts=F("attempts") + 1)
    event = StripeEvent.objects.get(pk=event_id)
    try:
        return _do(event_id, handle(event) if event.is_waiting else _nothing)
    except DomainError as refusal:
        event = _note_failure(event_id, refusal, final=refusal.status < TEMPORARY)
        if event.is_waiting:
            raise
        return event
    except Exception as error:
        _note_failure(event_id, error, final=False)
        raise


def _nothing() -> Handled:
    return Handled.NOTHING_TO_DO


@transaction.atomic
def _do(event_id: int, step: Step) -> StripeEvent:
    event = StripeEvent.objects.select_for_update(no_key=True).get(pk=event_id)
    if not event.is_waiting:
        return event
    if event.attempts > MOST_ATTEMPTS:
        return _bury(event, event.error or "Every attempt broke off without a word.")
    event.state = step().value
    event.error = ""
    event.processed_at = clock.now()
    event.save(update_fields=["state", "error", "processed_at"])
    if event.mirrored_at is None:
        defer_mirroring(event)
    return event


@transaction.atomic
def _note_failure(event_id: int, error: Exception, *, final: bool) -> StripeEvent:
    event = StripeEvent.objects.select_for_update(no_key=True).get(pk=event_id)
    if not event.is_waiting:
        return event
    text = f"{type(error).__name__}: {error}"
    if final or event.attempts >= MOST_ATTEMPTS:
        return _bury(event, text)
    event.error = text
    event.save(update_fields=["error"])
    return event


def _bury(event: StripeEvent, error: str) -> StripeEvent:
    event.state = StripeEventState.DEAD
    event.error = error
    event.save(update_fields=["state", "error"])
    logger.error("Stripe event %s (%s) is dead: %s", event.event_id, event.type, error)
    return event

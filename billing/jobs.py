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
# What `defer` below sends, for a statement that makes the event too; its parameters are a `Job`.
DEFERRED_FOR = """
    procrastinate_defer_jobs_v1(ARRAY[(
        'default', %s::text, %s::integer, %s::text, NULL,
        jsonb_build_object('event', {event}), NULL
    )::procrastinate_job_to_defer_v1])
"""

# Name, priority and lock: events of one Stripe customer are worked on one after the other.
Job = tuple[str, int, str]


def processing(*, lane: str) -> Job:
    """Return the job that processes an event in a customer's lane."""
    return PROCESS_STRIPE_EVENT, FIRST, f"stripe:{lane}"


def mirroring(*, lane: str) -> Job:
    """Return the job that brings dj-stripe's copies up to date."""
    return MIRROR_STRIPE_EVENT, LATER, f"stripe-mirror:{lane}"


def defer_processing(event: StripeEvent) -> None:
    """Have the event processed."""
    _defer(processing(lane=event.lane), event)


def defer_mirroring(event: StripeEvent) -> None:
    """Have dj-stripe's copies brought up to date with the event."""
    _defer(mirroring(lane=event.lane), event)


def _defer(job: Job, event: StripeEvent) -> None:
    name, priority, lock = job
    app.configure_task(name, lock=lock, priority=priority).defer(event=event.pk)

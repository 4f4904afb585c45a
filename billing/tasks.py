"""What runs outside of requests."""

from __future__ import annotations

from procrastinate import BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from billing import jobs
from billing.actions import (
    alert_dead_events,
    close_overdue_checkouts,
    mirror_stripe_event,
    move_subscribers,
    process_stripe_event,
    prune_inbox,
    settle_periods,
    tell_renewals,
)
from billing.actions.process import MOST_ATTEMPTS
from billing.webhooks.handlers import handle_event

# Three heartbeats of a worker, as the settings say.
STALLED_SECONDS = 10
JOB_HOURS = 7 * 24


class OutOfLine(BaseRetryStrategy):
    """Waits of 2 s, 8 s, 32 s …, outside the line of the customer's other events.

    A job that waits keeps its lock: without leaving it, one bad event would hold up every
    later one of the same customer.
    """

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if job.attempts + 1 >= MOST_ATTEMPTS:
            return None
        return RetryDecision(
            retry_in={"seconds": 2 * 4**job.attempts}, lock=f"{job.task_name}:{job.id}"
        )


@app.task(name=jobs.PROCESS_STRIPE_EVENT, retry=OutOfLine())
def process_event(*, event: int) -> None:
    """Process one event of the inbox."""
    process_stripe_event(event_id=event, handle=handle_event)


@app.task(name=jobs.MIRROR_STRIPE_EVENT, retry=OutOfLine())
def mirror_event(*, event: int) -> None:
    """Bring dj-stripe's copies up to date with one event."""
    mirror_stripe_event(event_id=event)


@app.periodic(cron="* * * * *")
@app.task(name="billing.settle_periods", queueing_lock="settle_periods")
def settle(timestamp: int) -> None:
    """Carry on what is left of periods that are over; until the grace ends it can be spent."""
    settle_periods()


@app.periodic(cron="17 * * * *")
@app.task(name="billing.tell_renewals", queueing_lock="tell_renewals")
def tell_of_renewals(timestamp: int) -> None:
    """Tell customers a week ahead what their plan's renewal will charge."""
    tell_renewals()


@app.periodic(cron="37 * * * *")
@app.task(name="billing.move_subscribers", queueing_lock="move_subscribers")
def move(timestamp: int) -> None:
    """Carry moves of subscribers to newer terms on."""
    move_subscribers()


@app.periodic(cron="*/10 * * * *")
@app.task(name="billing.close_overdue_checkouts", queueing_lock="close_overdue_checkouts")
def close_checkouts(timestamp: int) -> None:
    """Ask Stripe how Checkouts ended of whose end it never told."""
    close_overdue_checkouts()


@app.periodic(cron="* * * * *")
@app.task(name="billing.alert_dead_events", queueing_lock="alert_dead_events")
def alert(timestamp: int) -> None:
    """Tell operators of events that could not be processed."""
    alert_dead_events()


@app.periodic(cron="11 4 * * *")
@app.task(name="billing.prune_inbox", queueing_lock="prune_inbox")
def prune(timestamp: int) -> None:
    """Let go of old events."""
    prune_inbox()


@app.periodic(cron="21 4 * * *")
@app.task(name="billing.prune_jobs", queueing_lock="prune_jobs", pass_context=True)
async def prune_jobs(context: JobContext, timestamp: int) -> None:
    """Let go of jobs that were done a week ago; failed ones stay to be looked at."""
    await context.app.job_manager.delete_old_jobs(nb_hours=JOB_HOURS)


@app.periodic(cron="* * * * * */10")
@app.task(
    name="billing.resume_broken_off_jobs", queueing_lock="resume_broken_off_jobs", pass_context=True
)
async def resume_broken_off_jobs(context: JobContext, timestamp: int) -> None:
    """Put jobs of workers that are gone back in line; until then they hold their locks."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        await manager.retry_job(job)

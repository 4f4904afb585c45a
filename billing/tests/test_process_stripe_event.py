"""Events are processed once, failures are tried again, what can't be done is left to operators."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from billing.actions import process_stripe_event, replay_stripe_event
from billing.actions.process import MOST_ATTEMPTS, Handled, Handler
from billing.errors import StripeEventNotReplayable, StripeUnavailable
from billing.models import StripeEvent, StripeEventState, TopUp
from billing.tests.stripe_account import Deliveries, StripeAccount
from billing.tests.test_receive_stripe_event import event
from billing.webhooks.handlers import handle_event
from creditsite.accounts.models import User
from wallet.models import Wallet


@pytest.fixture
def waiting(deliveries: Deliveries) -> StripeEvent:
    """Return an event that waits to be processed."""
    deliveries.bring(event())
    return StripeEvent.objects.get()


@pytest.fixture
def wrong_amount(
    top_up: TopUp, stripe_account: StripeAccount, deliveries: Deliveries
) -> dict[str, Any]:
    """Deliver the payment of the top-up with a cent missing; return the event as it was."""
    stripe_account.pay(top_up.stripe_session_id)
    right = stripe_account.event("checkout.session.completed")
    subject = right["data"]["object"] | {"amount_total": top_up.total_cents - 1}
    deliveries.bring(right | {"data": {"object": subject}})
    return right


def done(_: StripeEvent) -> Handled:
    return Handled.DONE


def step(handle: Callable[[StripeEvent], Handled]) -> Handler:
    """Return the handler that asks Stripe nothing and then does this."""
    return lambda event: lambda: handle(event)


def broken(_: StripeEvent) -> Handled:
    raise RuntimeError("no such luck")


def test_an_event_is_handled_and_then_mirrored(waiting: StripeEvent) -> None:
    processed = process_stripe_event(event_id=waiting.pk, handle=step(done))
    assert (processed.state, processed.attempts) == (StripeEventState.PROCESSED, 1)
    assert processed.processed_at
    mirror = ProcrastinateJob.objects.latest("id")
    assert (mirror.task_name, mirror.args) == ("billing.mirror_stripe_event", {"event": waiting.pk})


def test_a_processed_event_is_not_handled_again(waiting: StripeEvent) -> None:
    process_stripe_event(event_id=waiting.pk, handle=step(done))
    assert process_stripe_event(event_id=waiting.pk, handle=step(broken)).attempts == 1


def test_a_failure_is_noted_and_raised_for_another_attempt(waiting: StripeEvent) -> None:
    with pytest.raises(RuntimeError):
        process_stripe_event(event_id=waiting.pk, handle=step(broken))
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts) == (StripeEventState.RECEIVED, 1)
    assert waiting.error == "RuntimeError: no such luck"


def test_what_a_failed_handler_wrote_is_undone(waiting: StripeEvent, customer: User) -> None:
    def half_done(_: StripeEvent) -> Handled:
        User.objects.filter(pk=customer.pk).update(is_active=False)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        process_stripe_event(event_id=waiting.pk, handle=step(half_done))
    customer.refresh_from_db()
    assert customer.is_active


def test_the_last_attempt_leaves_the_event_dead_and_tells_operators(
    waiting: StripeEvent, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(RuntimeError):
            process_stripe_event(event_id=waiting.pk, handle=step(broken))
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts) == (StripeEventState.DEAD, MOST_ATTEMPTS)
    (told,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "evt_1" in told.getMessage()
    assert (
        process_stripe_event(event_id=waiting.pk, handle=step(done)).state == StripeEventState.DEAD
    )


def test_an_event_that_kills_every_worker_is_dead_in_the_end(waiting: StripeEvent) -> None:
    # As attempts leave it whose process died: counted, and nothing said.
    StripeEvent.objects.update(attempts=MOST_ATTEMPTS)
    dead = process_stripe_event(event_id=waiting.pk, handle=step(done))
    assert dead.state == StripeEventState.DEAD
    assert dead.error


def test_stripe_being_down_is_tried_again(waiting: StripeEvent) -> None:
    def unreachable(_: StripeEvent) -> Handled:
        raise StripeUnavailable("Down.")

    with pytest.raises(StripeUnavailable):
        process_stripe_event(event_id=waiting.pk, handle=step(unreachable))
    waiting.refresh_from_db()
    assert waiting.is_waiting


def test_a_payment_that_does_not_match_is_dead_at_once(
    wrong_amount: dict[str, Any],
    process_waiting: Callable[[], list[StripeEvent]],
    wallet: Wallet,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (dead,) = process_waiting()
    assert (dead.state, dead.attempts) == (StripeEventState.DEAD, 1)
    assert "amount_total 4499 instead of 4500" in dead.error
    assert "is dead" in caplog.text
    wallet.refresh_from_db()
    assert wallet.balance == 0


def test_a_dead_event_is_replayed_once_its_cause_is_gone(
    wrong_amount: dict[str, Any],
    process_waiting: Callable[[], list[StripeEvent]],
    wallet: Wallet,
    operator: User,
) -> None:
    (dead,) = process_waiting()
    StripeEvent.objects.update(payload=wrong_amount)
    replay_stripe_event(event=dead, actor=operator.actor)
    (processed,) = process_waiting()
    assert processed.state == StripeEventState.PROCESSED
    assert (processed.attempts, processed.error) == (1, "")
    assert processed.replayed_by == str(operator.actor)
    assert processed.replayed_at
    wallet.refresh_from_db()
    assert wallet.balance == 500


def test_a_replayed_payment_is_not_granted_again(
    top_up: TopUp,
    stripe_account: StripeAccount,
    deliveries: Deliveries,
    process_waiting: Callable[[], list[StripeEvent]],
    wallet: Wallet,
    operator: User,
) -> None:
    stripe_account.pay(top_up.stripe_session_id)
    deliveries.bring(stripe_account.event("checkout.session.completed"))
    (processed,) = process_waiting()
    replay_stripe_event(event=processed, actor=operator.actor)
    process_waiting()
    wallet.refresh_from_db()
    assert wallet.balance == 500


def test_a_replay_defers_a_job(waiting: StripeEvent, operator: User) -> None:
    process_stripe_event(event_id=waiting.pk, handle=step(done))
    replay_stripe_event(event=waiting, actor=operator.actor)
    assert ProcrastinateJob.objects.latest("id").task_name == "billing.process_stripe_event"


def test_what_waits_is_not_replayed(waiting: StripeEvent, operator: User) -> None:
    with pytest.raises(StripeEventNotReplayable):
        replay_stripe_event(event=waiting, actor=operator.actor)


def test_an_ignored_event_is_replayed_for_its_copies_sake(
    waiting: StripeEvent, operator: User
) -> None:
    process_stripe_event(event_id=waiting.pk, handle=step(lambda _: Handled.NOTHING_TO_DO))
    assert replay_stripe_event(event=waiting, actor=operator.actor).is_waiting


def test_an_event_about_an_unknown_type_is_ignored(waiting: StripeEvent) -> None:
    StripeEvent.objects.update(type="something.new")
    ignored = process_stripe_event(event_id=waiting.pk, handle=handle_event)
    assert ignored.state == StripeEventState.IGNORED


def due_now() -> None:
    """Let the waiting time of all jobs be over."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")


def skip_to_last_attempt() -> None:
    """Let all but one attempt of what is tried again be over, and the waiting time too."""
    StripeEvent.objects.filter(attempts__gt=0).update(attempts=MOST_ATTEMPTS - 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET attempts = %s WHERE status = 'todo' AND attempts > 0",
            [MOST_ATTEMPTS - 1],
        )
    due_now()


def test_a_failing_event_holds_up_no_other_of_its_customer(
    transactional_db: None,
    deliveries: Deliveries,
    run_jobs: Callable[[], None],
) -> None:
    # A session object without the fields every session has breaks the handler.
    bad = {"id": "cs_bad", "object": "checkout.session", "customer": "cus_1"}
    deliveries.bring(event(id="evt_bad", type="checkout.session.completed", data={"object": bad}))
    good = bad | {
        "id": "cs_good", "mode": "payment", "payment_status": "unpaid", "livemode": False
    }  # fmt: skip
    deliveries.bring(event(id="evt_good", type="checkout.session.completed", data={"object": good}))
    run_jobs()
    assert StripeEvent.objects.get(event_id="evt_bad").is_waiting
    assert StripeEvent.objects.get(event_id="evt_good").state == StripeEventState.IGNORED
    skip_to_last_attempt()
    run_jobs()
    dead = StripeEvent.objects.get(event_id="evt_bad")
    assert (dead.state, dead.attempts) == (StripeEventState.DEAD, MOST_ATTEMPTS)
    assert not ProcrastinateJob.objects.filter(status__in=("todo", "doing")).exclude(
        task_name="billing.mirror_stripe_event"
    )

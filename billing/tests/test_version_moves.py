"""Subscribers are moved to newer terms: told ahead, charged from a renewal on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from billing.actions import (
    call_off_version_move,
    cancel_subscription,
    change_plan,
    first_renewal,
    move_subscribers,
    plan_version_move,
    resume_subscription,
)
from billing.errors import PlanUnchanged, VersionMoveRefused
from billing.models import (
    MoveNotice,
    Package,
    PackageVersion,
    StripePrice,
    Subscription,
    VersionMove,
)
from billing.reports.version_moves import moved_subscribers
from billing.tests.packages import OPERATOR, publish
from billing.tests.subscribers import Subscriber
from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.kernel.formatting import day
from wallet.actions.mails import mail_events

pytestmark = pytest.mark.django_db(transaction=True)
SOON = timedelta(days=15)


def dearer(slug: str = "team") -> PackageVersion:
    return publish(Package.objects.get(slug=slug), price_cents=3999)


def plan(version: PackageVersion, starts_at: datetime | None = None) -> VersionMove:
    return plan_version_move(
        version=version,
        starts_at=starts_at or clock.now() + SOON,
        reason="Costs rose",
        actor=OPERATOR,
    )


def mailed() -> list[str]:
    mail_events()
    subjects = [str(message.subject) for message in mail.outbox]
    mail.outbox.clear()
    return subjects


def test_it_holds_from_the_first_renewal_after_the_date(on_team: Subscriber) -> None:
    mailed()
    end = on_team.subscription.period_end
    assert end
    plan(dearer())
    mail_events()
    (notice,) = mail.outbox
    assert notice.subject == f"The price of Team changes on {day(end)}"
    assert "$39.99 a month for 350 credits" in notice.body
    assert "$29.99 a month for 350 credits" in notice.body
    mail.outbox.clear()
    assert [move_subscribers() for _ in range(2)] == [1, 0]
    assert on_team.subscription.next_version == PackageVersion.objects.get(price_cents=3999)
    assert on_team.subscription.version.price_cents == 2999
    on_team.wait(25)
    on_team.hear()
    assert [each.paid_cents for each in on_team.allocations] == [2999, 3999]
    assert on_team.subscription.version.price_cents == 3999
    assert sorted(mailed()) == ["Your plan is Team", "Your receipt: $39.99 for Team"]
    assert move_subscribers() == 0
    on_team.wait(31)
    on_team.hear()
    assert on_team.allocations[-1].paid_cents == 3999


def test_a_renewal_before_the_date_goes_by_the_old_terms(on_team: Subscriber) -> None:
    plan(dearer(), clock.now() + timedelta(days=45))
    assert move_subscribers() == 0
    on_team.wait(25)
    on_team.hear()
    assert on_team.allocations[-1].paid_cents == 2999
    assert move_subscribers() == 1
    on_team.wait(31)
    on_team.hear()
    assert on_team.allocations[-1].paid_cents == 3999
    assert MoveNotice.objects.count() == 1


def test_who_would_be_worse_off_is_told_two_weeks_ahead(on_team: Subscriber) -> None:
    version = dearer()
    with pytest.raises(VersionMoveRefused) as refused:
        plan(version, clock.now() + timedelta(days=13))
    assert "14 days ahead" in refused.value.detail
    better = publish(Package.objects.get(slug="team"), credits=Decimal(400))
    assert plan(better, clock.now()).notices.count() == 1


def test_two_moves_at_once_and_one_before_its_terms_are_refused(on_team: Subscriber) -> None:
    version = dearer()
    plan(version)
    with pytest.raises(VersionMoveRefused):
        plan(version)
    later = clock.now() + timedelta(days=60)
    coming = PackageVersion.objects.create(
        package=version.package, number=9, price_cents=4999, currency="usd",
        credits=Decimal(350), starts_at=later, published_by="test",
    )  # fmt: skip
    with pytest.raises(VersionMoveRefused):
        plan(coming, later - timedelta(days=1))


def test_called_off_in_time_the_price_stays(on_team: Subscriber) -> None:
    move = plan(dearer())
    move_subscribers()
    mailed()
    call_off_version_move(move=move, actor=OPERATOR)
    assert mailed() == ["The price of Team stays"]
    assert [move_subscribers() for _ in range(2)] == [1, 0]
    assert on_team.subscription.next_version is None
    on_team.wait(25)
    on_team.hear()
    assert on_team.allocations[-1].paid_cents == 2999
    with pytest.raises(VersionMoveRefused):
        call_off_version_move(move=move, actor=OPERATOR)


def test_a_move_that_is_planned_anew_stays_at_stripe(on_team: Subscriber) -> None:
    version = dearer()
    call_off_version_move(move=plan(version), actor=OPERATOR)
    plan(version)
    assert [move_subscribers() for _ in range(3)] == [1, 0, 0]
    assert on_team.subscription.next_version == version


def test_a_price_nobody_knows_holds_up_no_other_move(on_team: Subscriber) -> None:
    plan(dearer())
    StripePrice.objects.filter(version=on_team.subscription.version).update(stripe_id="price_gone")
    assert move_subscribers() == 0


def test_a_customer_can_not_keep_the_old_price_but_may_change_or_cancel(
    on_team: Subscriber,
) -> None:
    plan(dearer())
    move_subscribers()
    with pytest.raises(PlanUnchanged):
        change_plan(subscription=on_team.subscription, package="team")
    client = Client()
    client.force_login(on_team.customer)
    page = client.get(reverse("billing:plans")).content.decode()
    assert "$39.99 a month for 350 credits" in page and "Keep Team" not in page
    change_plan(subscription=on_team.subscription, package="solo")
    assert move_subscribers() == 0
    change_plan(subscription=on_team.subscription, package="team")
    assert move_subscribers() == 1
    cancel_subscription(subscription=on_team.subscription)
    assert (move_subscribers(), on_team.subscription.next_version) == (0, None)
    resume_subscription(subscription=on_team.subscription)
    assert move_subscribers() == 1


def test_an_upgrade_meanwhile_leaves_the_move(on_team: Subscriber) -> None:
    plan(dearer())
    move_subscribers()
    change_plan(subscription=on_team.subscription, package="works")
    assert move_subscribers() == 0
    on_team.wait(25)
    on_team.hear()
    assert on_team.allocations[-1].paid_cents == 7999


def test_who_begins_on_the_old_terms_late_is_told_and_moved_too(subscriber: Subscriber) -> None:
    subscriber.start()
    plan(dearer())
    assert MoveNotice.objects.count() == 0
    subscriber.pay()
    subscriber.hear()
    assert move_subscribers() == 1
    assert MoveNotice.objects.get().takes_effect_at == subscriber.subscription.period_end


def test_while_stripe_is_down_the_move_waits(on_team: Subscriber) -> None:
    plan(dearer())
    on_team.account.switch(api_failure={"status": 503, "times": 2})
    assert [move_subscribers() for _ in range(2)] == [0, 1]


def test_an_answer_that_was_lost_is_made_good(on_team: Subscriber) -> None:
    plan(dearer())
    on_team.account.switch(lose_answers={"times": 2, "at": "POST /v1/subscription_schedules"})
    move_subscribers()
    move_subscribers()
    on_team.wait(25)
    on_team.hear()
    assert on_team.allocations[-1].paid_cents == 3999


def test_the_preview_tells_who_pays_how_much_more_on_their_own_history(
    on_team: Subscriber,
) -> None:
    on_team.wait(25)
    on_team.hear()
    (moved,) = moved_subscribers(dearer(), clock.now() + SOON)
    assert (moved.customer, moved.periods) == (on_team.customer.email, 2)
    assert (moved.paid_cents, moved.more_cents, moved.more_each_cents) == (5998, 2000, 1000)


def test_an_operator_previews_plans_and_calls_off(on_team: Subscriber, operator: User) -> None:
    version = dearer()
    client = Client()
    client.force_login(operator)
    path = reverse("admin:billing_package_move", args=[version.package_id])
    starts_at = clock.now() + SOON
    form = {
        "version": version.pk,
        "starts_at": f"{starts_at:%Y-%m-%dT%H:%M}",
        "reason": "Costs rose",
        "form_id": uuid4().hex,
    }
    preview = client.post(path, form).content.decode()
    assert "1 subscriber is moved to $39.99 a month" in preview
    assert on_team.customer.email in preview and "$10.00" in preview
    assert not VersionMove.objects.exists()
    done = client.post(path, form | {"confirmed": "yes"}, follow=True).content.decode()
    assert "1 subscriber is told." in done and on_team.customer.email in done
    move = VersionMove.objects.get()
    off = reverse("admin:billing_versionmove_call_off", args=[move.pk])
    told = client.post(off, {"reason": "No", "form_id": uuid4().hex}, follow=True).content.decode()
    assert "The move is called off." in told
    tomorrow = f"{clock.now() + timedelta(days=1):%Y-%m-%dT%H:%M}"
    too_soon = form | {"starts_at": tomorrow, "form_id": uuid4().hex}
    refused = client.post(path, too_soon)
    assert "14 days ahead" in str(refused.context["form"].errors)


@pytest.mark.parametrize(
    ("start", "end", "not_before", "expected"),
    [
        ((2026, 1, 31), (2026, 2, 28), (2026, 2, 1), (2026, 2, 28)),
        ((2026, 1, 31), (2026, 2, 28), (2026, 3, 1), (2026, 3, 31)),
        ((2026, 2, 28), (2026, 3, 31), (2026, 4, 1), (2026, 4, 30)),
        ((2026, 3, 15), (2026, 4, 15), (2026, 6, 15), (2026, 6, 15)),
        ((2026, 3, 15), (2026, 4, 15), (2026, 6, 16), (2026, 7, 15)),
    ],
)
def test_the_first_renewal_keeps_the_day_of_the_month(
    start: tuple[int, int, int],
    end: tuple[int, int, int],
    not_before: tuple[int, int, int],
    expected: tuple[int, int, int],
) -> None:
    def at(date: tuple[int, int, int]) -> datetime:
        return datetime(*date, tzinfo=UTC)

    subscription = Subscription(
        period_start=at(start), period_end=at(end), version=PackageVersion(interval="month")
    )
    assert first_renewal(subscription=subscription, not_before=at(not_before)) == at(expected)

"""Other plans: better ones at once, others with the next period, and taken back."""

from __future__ import annotations

import random
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest

from billing.actions import ChangeTime, change_plan, preview_plan_change
from billing.errors import (
    PackageNotFound,
    PackageNotOnSale,
    PlanUnchanged,
    PreviewOutdated,
    StripeUnavailable,
    SubscriptionCancelling,
    SubscriptionNotRunning,
)
from billing.models import Allocation, AllocationKind, Package, StripeEvent, StripePrice
from billing.tests.packages import make_package
from billing.tests.stripe_account import StripeAccount
from billing.tests.subscribers import Subscriber
from billing.tests.threads import at_once
from creditsite.kernel.credits import floor_credits

pytestmark = pytest.mark.django_db(transaction=True)
MONTH = 31


def change(subscriber: Subscriber, package: str, **more: Any) -> Any:
    return change_plan(subscription=subscriber.subscription, package=package, **more)


def preview(subscriber: Subscriber, package: str) -> Any:
    return preview_plan_change(subscription=subscriber.subscription, package=package)


def test_a_better_plan_holds_at_once_for_exactly_what_was_previewed(on_team: Subscriber) -> None:
    told = preview(on_team, "works")
    assert told.time is ChangeTime.NOW
    assert told.unused_cents < 0 < told.rest_cents
    assert told.due_cents == told.unused_cents + told.rest_cents
    before = on_team.subscription
    assert before.period_start and before.period_end
    whole = (before.period_end - before.period_start).total_seconds()
    rest = (before.period_end - told.previewed_at).total_seconds()
    assert told.credits == floor_credits(650 * Decimal(rest) / Decimal(whole))

    changed = change(on_team, "works", previewed_at=told.previewed_at)
    assert changed.version.package.slug == "works"
    assert changed.period_end == before.period_end
    upgrade = Allocation.objects.get(kind=AllocationKind.UPGRADE)
    assert (upgrade.credits, upgrade.paid_cents) == (told.credits, told.due_cents)
    assert on_team.wallet.balance == 350 + told.credits
    on_team.hear()
    assert on_team.wallet.balance == 350 + told.credits


def test_a_second_press_changes_nothing_more(on_team: Subscriber) -> None:
    told = preview(on_team, "works")
    stale = on_team.subscription
    change(on_team, "works", previewed_at=told.previewed_at)
    with pytest.raises(PlanUnchanged):
        change_plan(subscription=stale, package="works", previewed_at=told.previewed_at)
    on_team.hear()
    assert on_team.wallet.balance == 350 + told.credits


def test_presses_at_once_make_one_change(on_team: Subscriber) -> None:
    told, row = preview(on_team, "works"), on_team.subscription

    def press(_: int) -> None:
        with suppress(PlanUnchanged):
            change_plan(subscription=row, package="works", previewed_at=told.previewed_at)

    at_once(press, range(4))
    on_team.hear()
    assert Allocation.objects.filter(kind=AllocationKind.UPGRADE).count() == 1
    assert on_team.wallet.balance == 350 + told.credits


def test_a_lost_answer_is_made_good_by_another_press(
    on_team: Subscriber, stripe_account: StripeAccount
) -> None:
    """The change was made at Stripe; only nobody heard of it."""
    told = preview(on_team, "works")
    stripe_account.switch(lose_answers={"times": 2, "at": "POST /v1/subscriptions/"})
    with pytest.raises(StripeUnavailable, match="may have been made"):
        change(on_team, "works", previewed_at=told.previewed_at)
    with pytest.raises(PlanUnchanged):
        change(on_team, "works", previewed_at=told.previewed_at)
    assert on_team.subscription.version.package.slug == "works"
    on_team.hear()
    assert on_team.wallet.balance == 350 + told.credits


def test_while_stripe_is_down_nothing_changes(
    on_team: Subscriber, stripe_account: StripeAccount
) -> None:
    told = preview(on_team, "works")
    stripe_account.switch(api_failure={"status": 503, "times": 2, "at": "POST /v1/subscriptions/"})
    with pytest.raises(StripeUnavailable):
        change(on_team, "works", previewed_at=told.previewed_at)
    assert on_team.subscription.version.package.slug == "team"
    assert change(on_team, "works", previewed_at=told.previewed_at).version.credits == 1000


@pytest.mark.parametrize("seed", range(4))
def test_an_upgrade_counts_once_in_any_order(subscriber: Subscriber, seed: int) -> None:
    """Also where its payment is heard of before the period's own; and made at Stripe's page."""
    works = make_package("works", price_cents=7999, credits=Decimal(1000))
    subscriber.start()
    subscriber.pay()
    subscriber.wait(10)
    account = subscriber.account
    (made,) = account.call("GET", "/v1/subscriptions")["data"]
    (item,) = made["items"]["data"]
    account.call(
        "POST",
        f"/v1/subscriptions/{made['id']}",
        data={
            "items[0][id]": item["id"],
            "items[0][price]": StripePrice.objects.get(version__package=works).stripe_id,
            "proration_behavior": "always_invoice",
        },
    )

    def order(events: list[Any]) -> list[Any]:
        events = events * 2
        random.Random(seed).shuffle(events)
        return events

    subscriber.hear(order)
    period, upgrade = subscriber.allocations
    assert (period.kind, upgrade.kind) == ("period", "upgrade")
    rest = upgrade.period_end - upgrade.period_start
    share = Decimal(rest.total_seconds()) / Decimal(
        (period.period_end - period.period_start).total_seconds()
    )
    assert upgrade.credits == floor_credits(650 * share)
    assert subscriber.subscription.version.package == works
    assert not StripeEvent.objects.filter(state="dead").exists()


def test_two_upgrades_in_a_period_each_bring_their_part(on_team: Subscriber) -> None:
    make_package("plant", price_cents=19999, credits=Decimal(3000))
    first = preview(on_team, "works")
    change(on_team, "works", previewed_at=first.previewed_at)
    on_team.wait(5)
    second = preview(on_team, "plant")
    change(on_team, "plant", previewed_at=second.previewed_at)
    on_team.hear()
    assert on_team.wallet.balance == 350 + first.credits + second.credits
    on_team.wait(MONTH)
    on_team.hear()
    assert on_team.allocations[-1].credits == 3000


def test_a_smaller_plan_holds_from_the_next_period_on(on_team: Subscriber) -> None:
    told = preview(on_team, "solo")
    assert (told.time, told.due_cents, told.credits) == (ChangeTime.NEXT_PERIOD, 0, 0)
    assert told.takes_effect_at == on_team.subscription.period_end
    changed = change(on_team, "solo")
    assert changed.version.package.slug == "team"
    assert changed.next_version and changed.next_version.package.slug == "solo"
    assert change(on_team, "solo").next_version_id == changed.next_version_id
    on_team.hear()
    assert on_team.wallet.balance == 350
    on_team.wait(MONTH)
    on_team.hear()
    after = on_team.subscription
    assert (after.version.package.slug, after.next_version_id) == ("solo", None)
    assert [each.credits for each in on_team.allocations] == [350, 100]
    on_team.wait(MONTH)
    on_team.hear()
    assert [each.credits for each in on_team.allocations] == [350, 100, 100]


def test_the_current_plan_takes_back_what_is_planned(on_team: Subscriber) -> None:
    change(on_team, "solo")
    assert preview(on_team, "team").time is ChangeTime.NEVER
    assert change(on_team, "team").next_version_id is None
    on_team.wait(MONTH)
    on_team.hear()
    assert [each.credits for each in on_team.allocations] == [350, 350]


def test_a_planned_smaller_plan_gives_way_to_a_better_one(on_team: Subscriber) -> None:
    change(on_team, "solo")
    changed = change(on_team, "works")
    assert (changed.version.package.slug, changed.next_version_id) == ("works", None)
    on_team.wait(MONTH)
    on_team.hear()
    assert on_team.allocations[-1].credits == 1000


def test_a_smaller_plan_can_be_planned_again_after_one_took_effect(on_team: Subscriber) -> None:
    make_package("tiny", price_cents=499, credits=Decimal(40))
    change(on_team, "solo")
    on_team.wait(MONTH)
    on_team.hear()
    changed = change(on_team, "tiny")
    assert changed.next_version and changed.next_version.package.slug == "tiny"
    on_team.wait(MONTH)
    on_team.hear()
    assert [each.credits for each in on_team.allocations] == [350, 100, 40]


def test_a_preview_of_another_period_is_refused(on_team: Subscriber) -> None:
    told = preview(on_team, "works")
    on_team.wait(MONTH)
    on_team.hear()
    with pytest.raises(PreviewOutdated):
        change(on_team, "works", previewed_at=told.previewed_at)
    assert on_team.subscription.version.package.slug == "team"


def test_what_can_not_be_changed_to_is_refused(on_team: Subscriber) -> None:
    Package.objects.filter(slug="works").update(state="archived")
    for package, refusal in (
        ("team", PlanUnchanged),
        ("works", PackageNotOnSale),
        ("nothing", PackageNotFound),
    ):
        for verb in (preview, change):
            with pytest.raises(refusal) as refused:
                verb(on_team, package)
            assert refused.value.next_step


def test_nothing_is_changed_before_a_beginning_and_after_an_end(subscriber: Subscriber) -> None:
    subscriber.start()
    with pytest.raises(SubscriptionNotRunning):
        change(subscriber, "team")
    subscriber.pay()
    subscriber.hear()
    subscriber.account.call("DELETE", f"/v1/subscriptions/{subscriber.subscription.stripe_id}")
    # Nobody was told of the end yet.
    with pytest.raises(SubscriptionNotRunning):
        change(subscriber, "team")
    assert subscriber.subscription.status == "ended"


def test_a_cancelled_plan_is_resumed_first(on_team: Subscriber) -> None:
    on_team.account.call(
        "POST",
        f"/v1/subscriptions/{on_team.subscription.stripe_id}",
        data={"cancel_at_period_end": "true"},
    )
    with pytest.raises(SubscriptionCancelling):
        change(on_team, "works")

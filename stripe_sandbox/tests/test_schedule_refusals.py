"""Schedules and phases that cannot be are refused, and nothing comes of them."""

from typing import Any

import pytest
import stripe

from stripe_sandbox.tests.scheduling import Scheduler
from stripe_sandbox.tests.shop import Json, Shop
from stripe_sandbox.tests.subscriber import DAY, HOUR, START

FEBRUARY, MARCH = (START + days * DAY for days in (31, 59))


@pytest.fixture
def buyer(shop: Shop) -> Scheduler:
    return Scheduler(shop)


def refusal_of(buyer: Scheduler, schedule_id: str | None, wishes: Json) -> str | None:
    """Return the parameter that a request is refused for, and see that nothing came of it."""
    told = buyer.told_since(0)
    known = [each.to_dict() for each in buyer.schedules.list().data]
    api, names = buyer.schedules, [schedule_id] if schedule_id else []
    act = api.update if schedule_id else api.create
    with pytest.raises(stripe.InvalidRequestError) as refused:
        act(*names, wishes)
    assert buyer.told_since(0) == told
    assert [each.to_dict() for each in buyer.schedules.list().data] == known
    param: str | None = refused.value.param
    return param


def test_a_subscription_has_one_schedule_at_a_time(buyer: Scheduler) -> None:
    subscription = buyer.subscribe("starter")
    buyer.take_over(subscription)
    wishes = {"from_subscription": subscription.id}
    assert refusal_of(buyer, None, wishes) == "from_subscription"


def test_a_subscription_that_has_ended_cannot_be_scheduled(buyer: Scheduler) -> None:
    subscription = buyer.subscribe("starter")
    buyer.shop.stripe.subscriptions.cancel(subscription.id)
    wishes = {"from_subscription": subscription.id}
    assert refusal_of(buyer, None, wishes) == "from_subscription"


def test_a_scheduled_subscription_cannot_be_set_to_cancel_by_itself(buyer: Scheduler) -> None:
    subscription = buyer.subscribe("starter")
    buyer.take_over(subscription)
    for wishes in ({"cancel_at_period_end": True}, {"cancel_at": MARCH}):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            buyer.shop.stripe.subscriptions.update(subscription.id, wishes)  # type: ignore[arg-type]
        assert refused.value.param == next(iter(wishes))


@pytest.mark.parametrize(
    ("wishes", "param"),
    [
        ({"customer": None}, "customer"),
        ({"customer": "cus_none"}, "customer"),
        ({"phases": []}, "phases"),
        ({"start_date": START - 1}, "start_date"),
        ({"end_behavior": "renew"}, "end_behavior"),
        ({"from_subscription": "sub_none"}, "customer"),
        ({"default_settings": {"default_payment_method": "pm_none"}}, None),
        ({"billing_mode": {"type": "classic"}}, "billing_mode[type]"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused(
    buyer: Scheduler, wishes: dict[str, Any], param: str | None
) -> None:
    good = {"customer": buyer.customer, "phases": [buyer.phase("starter")]}
    sent = {name: value for name, value in (good | wishes).items() if value is not None}
    expected = param or "default_settings[default_payment_method]"
    assert refusal_of(buyer, None, sent) == expected


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"items": [{"quantity": 2}]}, "phases[1][items][0][price]"),
        ({"items": [{"price": "price_none"}]}, "phases[1][items][0][price]"),
        ({"start_date": FEBRUARY + 1}, "phases[1][start_date]"),
        ({"end_date": FEBRUARY}, "phases[1][end_date]"),
        ({"end_date": "now"}, "phases[1][end_date]"),
        ({"end_date": MARCH, "duration": {"interval": "month"}}, "phases[1][duration]"),
        ({"duration": {"interval": "hour"}}, "phases[1][duration][interval]"),
        ({"discounts": [{"coupon": "none"}]}, "phases[1][discounts][0][coupon]"),
        ({"trial": True}, "phases[1][trial]"),
        ({"billing_cycle_anchor": "phase_start"}, "phases[1][billing_cycle_anchor]"),
    ],
)
def test_a_phase_that_cannot_be_is_refused(
    buyer: Scheduler, change: dict[str, Any], param: str
) -> None:
    schedule = buyer.take_over(buyer.subscribe("starter"))
    first = buyer.phase("starter", start_date=START, end_date=FEBRUARY)
    second = buyer.phase("professional") | change
    assert refusal_of(buyer, schedule["id"], {"phases": [first, second]}) == param


def test_the_current_phase_keeps_its_start(buyer: Scheduler) -> None:
    schedule = buyer.take_over(buyer.subscribe("starter"))
    buyer.advance(START + DAY)
    for start in (START + 1, START - 1, "now"):
        wishes = {"phases": [buyer.phase("starter", start_date=start, end_date=FEBRUARY)]}
        assert refusal_of(buyer, schedule["id"], wishes) == "phases"
    wishes = {"phases": [buyer.phase("starter", end_date=FEBRUARY)]}
    assert refusal_of(buyer, schedule["id"], wishes) == "phases"
    wishes = {"phases": [buyer.phase("starter", start_date=START, end_date=START + HOUR)]}
    assert refusal_of(buyer, schedule["id"], wishes) == "phases[0][end_date]"


def test_every_phase_but_the_last_says_when_it_ends(buyer: Scheduler) -> None:
    phases = [buyer.phase("starter"), buyer.phase("professional")]
    wishes = {"customer": buyer.customer, "phases": phases}
    assert refusal_of(buyer, None, wishes) == "phases[0][end_date]"
    many = [buyer.phase("starter", duration={"interval": "month"}) for _ in range(11)]
    assert refusal_of(buyer, None, {"customer": buyer.customer, "phases": many}) == "phases"


def test_a_schedule_that_has_ended_cannot_be_changed(buyer: Scheduler) -> None:
    schedule = buyer.take_over(buyer.subscribe("starter"))
    buyer.schedules.release(schedule["id"])
    for act in (buyer.schedules.release, buyer.schedules.cancel):
        with pytest.raises(stripe.InvalidRequestError):
            act(schedule["id"])
    assert refusal_of(buyer, schedule["id"], {"metadata": {"a": "b"}}) is None

"""What the database itself refuses about subscriptions and allocations, whoever writes."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F

from billing.models import Allocation, Subscription
from billing.tests.subscribers import Subscriber
from billing.tests.test_constraints import copy_of, refused
from creditsite.kernel import clock

pytestmark = pytest.mark.django_db(transaction=True)
NOW = clock.now()


@pytest.fixture
def begun(subscriber: Subscriber) -> Subscription:
    return subscriber.begin()


def test_a_subscription_row_is_legal(begun: Subscription) -> None:
    changes: list[tuple[str, dict[str, Any]]] = [
        ("subscription_status_known", {"status": "lost"}),
        ("subscription_begun_has_stripe_id_and_period", {"stripe_id": None}),
        ("subscription_begun_has_stripe_id_and_period", {"period_end": None}),
        ("subscription_ended_has_time", {"status": "ended"}),
        ("subscription_ended_has_time", {"ended_at": NOW}),
        ("subscription_period_has_length", {"period_end": F("period_start")}),
        ("subscription_ids_not_empty", {"stripe_id": ""}),
        ("subscription_ids_not_empty", {"stripe_session_id": ""}),
        ("subscription_checkout_has_session", {"stripe_session_id": None}),
    ]
    for constraint, change in changes:
        refused(Subscription.objects.all(), constraint, **change)


def test_a_wallet_has_one_live_subscription(begun: Subscription) -> None:
    other = copy_of(begun, stripe_id="sub_2", stripe_session_id="cs_2")
    with pytest.raises(IntegrityError, match="subscription_one_live_per_wallet"):
        other.save(force_insert=True)


def test_a_key_stands_for_one_subscription_of_a_wallet(subscriber: Subscriber) -> None:
    first = subscriber.start(idempotency_key="k")
    other = copy_of(first, stripe_session_id="cs_2", status="expired")
    with pytest.raises(IntegrityError, match="subscription_key_unique_in_wallet"):
        other.save(force_insert=True)


def test_an_allocation_row_is_legal(begun: Subscription) -> None:
    allocation = Allocation.objects.get()
    fresh = {"stripe_line_id": "il_2", "entry_id": -1, "grant_id": -1}
    changes: list[tuple[str, dict[str, Any]]] = [
        ("allocation_kind_known", {"kind": "lost", "stripe_line_id": ""}),
        ("allocation_credits_positive", {"credits": 0}),
        ("allocation_paid_not_negative", {"paid_cents": -1}),
        ("allocation_period_has_length", {"period_end": allocation.period_start}),
        ("allocation_of_period_names_line", {"stripe_line_id": ""}),
        ("allocation_one_per_line", {"stripe_line_id": allocation.stripe_line_id}),
    ]
    for constraint, change in changes:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            copy_of(allocation, **fresh | change).save(force_insert=True)
    refused(
        Allocation.objects.all(),
        "allocation_rolled_over_is_settled",
        rolled_over_id=allocation.entry_id,
    )


def test_an_invoice_has_one_upgrade(begun: Subscription) -> None:
    allocation = Allocation.objects.get()
    upgrade = {"kind": "upgrade", "stripe_line_id": ""}
    first, second = (
        copy_of(allocation, **upgrade, entry_id=entry, grant_id=entry) for entry in (-1, -2)
    )
    with transaction.atomic():
        first.save(force_insert=True)
        with pytest.raises(IntegrityError, match="one_upgrade_per_invoice"), transaction.atomic():
            second.save(force_insert=True)
        transaction.set_rollback(True)


@pytest.mark.parametrize("change", [{"credits": 1}, {"paid_cents": 0}, {"period_end": NOW}])
def test_what_was_allocated_stays(begun: Subscription, change: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError, match="Cannot update"):
        Allocation.objects.update(**change)


def test_rows_are_kept(begun: Subscription) -> None:
    for rows in (Allocation.objects.all(), Subscription.objects.all()):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.delete()

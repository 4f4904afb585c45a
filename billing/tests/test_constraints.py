"""What the database itself refuses, whoever writes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F, Model, QuerySet

from billing.actions import fulfil_top_up, open_stripe_customer
from billing.gateway import CheckoutSession
from billing.models import StripeCustomer, StripeEvent, TopUp
from billing.tests.stripe_account import Deliveries, StripeAccount
from billing.tests.test_receive_stripe_event import event
from creditsite.accounts.models import User

SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def refused(rows: QuerySet[Any], constraint: str, **change: Any) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        rows.update(**change)


def copy_of(row: Model, **change: Any) -> Model:
    """Return an unsaved copy of a row."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    del values["id"]
    return type(row)(**values | change)


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("top_up_status_known", {"status": "lost"}),
        ("top_up_session_not_empty", {"stripe_session_id": "", "checkout_url": ""}),
        ("top_up_checkout_has_session", {"stripe_session_id": None}),
        ("top_up_expires_after_start", {"expires_at": F("created_at")}),
        ("top_up_paid_has_entry_time_and_session", {"status": "paid"}),
        ("top_up_paid_has_entry_time_and_session", {"paid_at": SOME_DAY}),
        (
            "top_up_paid_has_entry_time_and_session",
            {"status": "paid", "paid_at": SOME_DAY},
        ),
    ],
)
def test_a_pending_top_up_stays_whole(
    top_up: TopUp, constraint: str, change: dict[str, Any]
) -> None:
    refused(TopUp.objects.filter(pk=top_up.pk), constraint, **change)


@pytest.mark.parametrize(
    "change",
    [
        {"status": "pending"},
        {"status": "expired"},
        {"entry": None},
        {"paid_at": None},
        {"stripe_session_id": None, "checkout_url": ""},
    ],
    ids=str,
)
def test_a_paid_top_up_stays_whole(paid: CheckoutSession, change: dict[str, Any]) -> None:
    fulfil_top_up(session=paid)
    refused(TopUp.objects.all(), "top_up_paid_has_entry_time_and_session", **change)


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("top_up_credits_positive", {"credits": 0}),
        ("top_up_credits_positive", {"credits": -1}),
        ("top_up_total_positive", {"total_cents": 0, "quote": {"total_cents": 0}}),
        ("top_up_total_is_quoted", {"total_cents": 4999}),
    ],
)
def test_a_top_up_is_not_born_with_impossible_terms(
    top_up: TopUp, constraint: str, change: dict[str, Any]
) -> None:
    born = copy_of(top_up, stripe_session_id=None, checkout_url="", **change)
    with pytest.raises(IntegrityError, match=constraint):
        born.save(force_insert=True)


@pytest.mark.parametrize(
    "change",
    [
        {"credits": 501},
        {"total_cents": 1, "quote": {"total_cents": 1}},
        {"quote": {"total_cents": 5000}},
        {"currency": "eur"},
        {"created_at": SOME_DAY},
    ],
    ids=str,
)
def test_the_terms_of_a_top_up_never_change(top_up: TopUp, change: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        TopUp.objects.filter(pk=top_up.pk).update(**change)


def test_a_session_belongs_to_one_top_up(top_up: TopUp) -> None:
    with pytest.raises(IntegrityError, match="stripe_session_id"):
        copy_of(top_up).save(force_insert=True)


def test_a_key_stands_for_one_top_up_of_a_wallet(top_up: TopUp) -> None:
    TopUp.objects.update(idempotency_key="k")
    twin = copy_of(top_up, stripe_session_id=None, checkout_url="", idempotency_key="k")
    with pytest.raises(IntegrityError, match="top_up_key_unique_in_wallet"):
        twin.save(force_insert=True)


def test_an_entry_belongs_to_one_top_up(paid: CheckoutSession) -> None:
    twin = copy_of(fulfil_top_up(session=paid), stripe_session_id="cs_test_twin")
    with pytest.raises(IntegrityError, match="entry_id"):
        twin.save(force_insert=True)


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("stripe_event_has_id", {"event_id": ""}),
        ("stripe_event_state_known", {"state": "lost"}),
        ("stripe_event_done_has_time", {"state": "processed"}),
        ("stripe_event_done_has_time", {"state": "ignored"}),
        ("stripe_event_done_has_time", {"processed_at": SOME_DAY}),
        ("stripe_event_replay_names_operator", {"replayed_at": SOME_DAY}),
        ("stripe_event_replay_names_operator", {"replayed_by": "user:1"}),
    ],
)
def test_an_event_stays_whole(
    deliveries: Deliveries, constraint: str, change: dict[str, Any]
) -> None:
    deliveries.bring(event())
    refused(StripeEvent.objects.all(), constraint, **change)


def test_an_event_is_kept_once(deliveries: Deliveries) -> None:
    deliveries.bring(event())
    with pytest.raises(IntegrityError, match="event_id"):
        copy_of(StripeEvent.objects.get()).save(force_insert=True)


def test_a_customer_has_one_account_at_stripe(
    customer: User, stripe_account: StripeAccount
) -> None:
    link = open_stripe_customer(customer=customer)
    refused(StripeCustomer.objects.all(), "stripe_customer_id_not_empty", stripe_id="")
    with pytest.raises(IntegrityError, match="stripe_customer_one_per_mode"), transaction.atomic():
        copy_of(link, stripe_id=None).save(force_insert=True)
    with pytest.raises(IntegrityError, match="stripe_id"), transaction.atomic():
        copy_of(link, livemode=True).save(force_insert=True)

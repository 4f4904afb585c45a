"""Grant the credits of a paid top-up: exactly once, whatever arrives how often in which order."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings

from billing.actions import (
    fulfil_top_up,
    process_stripe_event,
    start_top_up,
)
from billing.errors import TopUpMismatch, TopUpNotFound, TopUpNotPaid
from billing.gateway import CheckoutSession
from billing.models import StripeEvent, TopUp, TopUpStatus
from billing.tests.stripe_account import Deliveries, StripeAccount
from billing.tests.threads import at_once
from billing.webhooks.handlers import handle_event
from wallet.models import EntryKind, GrantSource, Wallet


def balance(wallet: Wallet) -> Decimal:
    return Wallet.objects.get(pk=wallet.pk).balance


def entries(wallet: Wallet) -> int:
    return wallet.entries.count()


def test_a_paid_session_brings_its_credits(paid: CheckoutSession, wallet: Wallet) -> None:
    top_up = fulfil_top_up(session=paid)
    assert balance(wallet) == 500
    assert top_up.status == TopUpStatus.PAID
    assert top_up.entry is not None
    assert top_up.entry.kind == EntryKind.GRANT
    assert top_up.entry.idempotency_key == f"stripe {paid.id}"
    assert top_up.entry.actor == "system:stripe"
    assert top_up.stripe_payment_intent.startswith("pi_")


def test_the_lot_keeps_what_it_cost_and_when_it_ends(paid: CheckoutSession, wallet: Wallet) -> None:
    top_up = fulfil_top_up(session=paid)
    lot = wallet.grants.get()
    assert (lot.source, lot.cost_cents, lot.currency) == (GrantSource.TOP_UP, 4500, "usd")
    assert lot.reference == paid.id
    assert top_up.paid_at is not None
    assert lot.expires_at - top_up.paid_at == settings.TOP_UP_LIFETIME


def test_a_second_fulfilment_changes_nothing(paid: CheckoutSession, wallet: Wallet) -> None:
    first, second = fulfil_top_up(session=paid), fulfil_top_up(session=paid)
    assert first.entry == second.entry
    assert first.paid_at == second.paid_at
    assert entries(wallet) == 1


def test_twelve_at_once_grant_once(
    transactional_db: None, paid: CheckoutSession, wallet: Wallet
) -> None:
    granted = at_once(lambda session: fulfil_top_up(session=session).entry_id, [paid] * 12)
    assert len(set(granted)) == 1
    assert balance(wallet) == 500
    assert entries(wallet) == 1


def test_the_same_event_delivered_at_once_is_one_row_and_one_grant(
    transactional_db: None,
    paid: CheckoutSession,
    wallet: Wallet,
    deliveries: Deliveries,
    stripe_account: StripeAccount,
    run_jobs: Callable[[], None],
) -> None:
    event = stripe_account.event("checkout.session.completed")
    answers = at_once(lambda event: deliveries.bring(event).status_code, [event] * 8)
    assert set(answers) == {200}
    assert StripeEvent.objects.count() == 1
    run_jobs()
    assert balance(wallet) == 500
    assert entries(wallet) == 1


def delayed(event: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what Stripe sends where the money comes later: complete but unpaid, then paid."""
    subject = event["data"]["object"]
    unpaid = event | {"data": {"object": subject | {"payment_status": "unpaid"}}}
    later = event | {
        "id": f"{event['id']}later",
        "type": "checkout.session.async_payment_succeeded",
    }
    return [unpaid, later]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_every_order_of_completed_succeeded_and_expired_grants_once(
    order: tuple[int, ...],
    paid: CheckoutSession,
    wallet: Wallet,
    deliveries: Deliveries,
    stripe_account: StripeAccount,
    process_waiting: Callable[[], list[StripeEvent]],
) -> None:
    completed = stripe_account.event("checkout.session.completed")
    succeeded = delayed(completed)[1]
    expired = completed | {"id": f"{completed['id']}late", "type": "checkout.session.expired"}
    sent = [completed, succeeded, expired]
    for at in (*order, *order):
        assert deliveries.bring(sent[at]).status_code == 200
        process_waiting()
    assert balance(wallet) == 500
    assert entries(wallet) == 1
    assert wallet.top_ups.get().is_paid


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_delayed_payment_is_granted_when_its_money_comes(
    order: tuple[int, int],
    paid: CheckoutSession,
    wallet: Wallet,
    deliveries: Deliveries,
    stripe_account: StripeAccount,
    process_waiting: Callable[[], list[StripeEvent]],
) -> None:
    sent = delayed(stripe_account.event("checkout.session.completed"))
    had = []
    for at in order:
        deliveries.bring(sent[at])
        process_waiting()
        had.append(balance(wallet))
    assert had == ([0, 500] if order == (0, 1) else [500, 500])


def test_the_events_of_a_purchase_shuffled_and_doubled_grant_once(
    transactional_db: None,
    paid: CheckoutSession,
    wallet: Wallet,
    deliveries: Deliveries,
    stripe_account: StripeAccount,
) -> None:
    sent = [*reversed(stripe_account.events()), *stripe_account.events()]
    assert set(at_once(lambda event: deliveries.bring(event).status_code, sent)) == {200}
    rows = list(StripeEvent.objects.values_list("pk", flat=True))
    at_once(lambda pk: process_stripe_event(event_id=pk, handle=handle_event), [*rows, *rows])
    assert StripeEvent.objects.count() == len(sent) / 2
    assert not StripeEvent.objects.filter(state__in=("received", "dead")).exists()
    assert balance(wallet) == 500
    assert entries(wallet) == 1


def test_a_session_that_was_never_saved_is_found_by_our_id_in_it(
    paid: CheckoutSession, wallet: Wallet
) -> None:
    TopUp.objects.update(stripe_session_id=None, checkout_url="")
    assert fulfil_top_up(session=paid).stripe_session_id == paid.id
    assert balance(wallet) == 500


def test_a_session_whose_metadata_were_edited_is_found_by_its_reference(
    paid: CheckoutSession, wallet: Wallet, stripe_account: StripeAccount
) -> None:
    TopUp.objects.update(stripe_session_id=None, checkout_url="")
    told = stripe_account.session(paid.id) | {"metadata": {}}
    fulfil_top_up(session=CheckoutSession.of(told))
    assert balance(wallet) == 500


def test_a_session_of_ours_without_its_top_up_is_dead(
    paid: CheckoutSession,
    stripe_account: StripeAccount,
    deliveries: Deliveries,
    process_waiting: Callable[[], list[StripeEvent]],
) -> None:
    TopUp.objects.all().delete()
    deliveries.bring(stripe_account.event("checkout.session.completed"))
    (dead,) = process_waiting()
    assert (dead.state, dead.error) == (
        "dead",
        "TopUpNotFound: The session names no top-up of ours.",
    )


def test_the_payment_may_come_before_the_session_is_saved(
    paid: CheckoutSession, wallet: Wallet, stripe_account: StripeAccount
) -> None:
    TopUp.objects.update(stripe_session_id=None, checkout_url="", idempotency_key="k")
    fulfil_top_up(session=paid)
    again = start_top_up(
        wallet=wallet, credits=Decimal(500), actor=wallet.customer.actor, idempotency_key="k"
    )
    assert again.top_up.is_paid
    assert len(stripe_account.sessions()) == 1


def test_a_free_session_counts_as_paid(paid: CheckoutSession, wallet: Wallet) -> None:
    fulfil_top_up(session=replace(paid, payment_status="no_payment_required"))
    assert balance(wallet) == 500


def test_an_unpaid_session_brings_nothing(
    top_up: TopUp, stripe_account: StripeAccount, wallet: Wallet
) -> None:
    unpaid = CheckoutSession.of(stripe_account.session(top_up.stripe_session_id))
    with pytest.raises(TopUpNotPaid):
        fulfil_top_up(session=unpaid)
    assert balance(wallet) == 0


@pytest.mark.parametrize(
    "difference",
    [
        {"amount_total": 4499},
        {"amount_total": None},
        {"currency": "eur"},
        {"mode": "subscription"},
        {"livemode": True},
        {"id": "cs_test_another"},
    ],
    ids=str,
)
def test_what_was_paid_must_be_what_was_sold(
    difference: dict[str, Any], paid: CheckoutSession, wallet: Wallet
) -> None:
    with pytest.raises(TopUpMismatch):
        fulfil_top_up(session=replace(paid, **difference))
    assert balance(wallet) == 0
    assert wallet.top_ups.get().is_pending


def test_a_second_session_for_a_paid_top_up_is_a_mismatch(paid: CheckoutSession) -> None:
    fulfil_top_up(session=paid)
    with pytest.raises(TopUpMismatch):
        fulfil_top_up(session=replace(paid, id="cs_test_another"))


def test_a_session_that_names_no_top_up_of_ours_is_not_found(paid: CheckoutSession) -> None:
    with pytest.raises(TopUpNotFound):
        fulfil_top_up(session=replace(paid, id="cs_test_another", reference="garbage"))


def test_sessions_of_other_products_are_none_of_our_business(
    paid: CheckoutSession,
    stripe_account: StripeAccount,
    deliveries: Deliveries,
    process_waiting: Callable[[], list[StripeEvent]],
    wallet: Wallet,
) -> None:
    ours = stripe_account.event("checkout.session.completed")
    theirs = ours["data"]["object"] | {
        "id": "cs_test_other",
        "metadata": {},
        "client_reference_id": "order 66",
    }
    for number, type_ in enumerate(("completed", "expired")):
        deliveries.bring(
            ours
            | {
                "id": f"evt_other{number}",
                "type": f"checkout.session.{type_}",
                "data": {"object": theirs},
            }
        )
    assert {event.state for event in process_waiting()} == {"ignored"}
    assert balance(wallet) == 0

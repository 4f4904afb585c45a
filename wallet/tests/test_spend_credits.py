"""Spending: price, draw order, idempotency, refusals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from creditsite.kernel import clock
from creditsite.kernel.errors import DomainError, IdempotencyKeyReused
from wallet.actions import Posting, pause_wallet, publish_rate
from wallet.actions.spend import spend_credits
from wallet.api.entries import EntrySerializer
from wallet.errors import (
    CreditsOutOfRange,
    InsufficientCredits,
    QuantityTooSmall,
    ServiceNotFound,
    ServicePaused,
    ServiceUnpriced,
    WalletNotFound,
    WalletPaused,
)
from wallet.ledger import PROOF
from wallet.models import Grant, LedgerEntry, Service, ServiceStatus, Wallet, WalletStatus
from wallet.tests.conftest import ACTOR, Give

Spend = Callable[..., Posting]


def draws(posting: Posting) -> list[tuple[int, Decimal]]:
    return [(grant, Decimal(credits)) for grant, credits, _ in posting.entry.draws]


def lot(posting: Posting) -> int:
    return int(posting.entry.draws[0][0])


def test_a_spend_lowers_the_balance_by_quantity_times_rate(
    wallet: Wallet, service: Service, give: Give, spend: Spend
) -> None:
    publish_rate(service=service, credits_per_unit=Decimal("1.2345"))
    give("10")
    entry = spend("3", "a").entry
    assert entry.credits == Decimal("-3.7035")
    assert entry.balance_after == Decimal("6.2965")
    assert entry.balance_before == Decimal(10)
    assert entry.service_id == service.pk
    assert entry.rate is not None and entry.rate.credits_per_unit == Decimal("1.2345")
    wallet.refresh_from_db()
    assert wallet.balance == Decimal("6.2965")
    assert wallet.sequence == entry.sequence == 2
    assert bytes(wallet.head) == bytes(entry.hash)


def test_a_price_is_rounded_half_up_to_four_places(
    service: Service, give: Give, spend: Spend
) -> None:
    publish_rate(service=service, credits_per_unit=Decimal("0.0005"))
    give("1")
    assert spend("0.1", "a").entry.credits == Decimal("-0.0001")


def test_a_quantity_that_costs_nothing_is_refused(
    service: Service, give: Give, spend: Spend
) -> None:
    publish_rate(service=service, credits_per_unit=Decimal("0.0001"))
    give("1")
    with pytest.raises(QuantityTooSmall):
        spend("0.4999", "a")


def test_a_rate_of_the_future_is_not_in_force(service: Service, give: Give, spend: Spend) -> None:
    publish_rate(
        service=service,
        credits_per_unit=Decimal(9),
        effective_at=clock.now() + timedelta(hours=1),
    )
    give("10")
    assert spend("1", "a").entry.credits == Decimal(-1)


def test_the_last_credit_can_be_spent(give: Give, spend: Spend) -> None:
    granted = give("2.5")
    entry = spend("2.5", "a").entry
    assert entry.balance_after == 0
    emptied = Grant.objects.get(pk=lot(granted))
    assert emptied.remaining == 0
    assert not emptied.is_open


def test_more_than_is_available_is_refused_and_leaves_the_key_unused(
    wallet: Wallet, give: Give, spend: Spend
) -> None:
    give("2")
    with pytest.raises(InsufficientCredits) as refusal:
        spend("2.0001", "a")
    assert refusal.value.extras["available"] == Decimal(2)
    assert refusal.value.extras["required"] == Decimal("2.0001")
    assert str(refusal.value.extras["top_up_url"]).endswith("/billing/top-up/")
    assert LedgerEntry.objects.filter(wallet=wallet).count() == 1
    give("1")
    assert not spend("2.0001", "a").replayed


def test_a_repeated_key_answers_the_first_entry(wallet: Wallet, give: Give, spend: Spend) -> None:
    give("10")
    first = spend("3", "a", job="7")
    again = spend("3.0000", "a", job="7")
    assert again.replayed
    assert again.entry.pk == first.entry.pk
    assert LedgerEntry.objects.filter(wallet=wallet).count() == 2


@pytest.mark.parametrize("change", ["quantity", "metadata", "verb"])
def test_a_key_of_another_request_is_refused(give: Give, spend: Spend, change: str) -> None:
    give("10", key="granted")
    spend("3", "a", job="7")
    other: dict[str, Callable[[], Posting]] = {
        "quantity": lambda: spend("4", "a", job="7"),
        "metadata": lambda: spend("3", "a", job="8"),
        "verb": lambda: spend("3", "granted"),
    }
    with pytest.raises(IdempotencyKeyReused):
        other[change]()


def test_a_replay_is_answered_though_the_wallet_is_paused_meanwhile(
    wallet: Wallet, give: Give, spend: Spend
) -> None:
    give("10")
    spend("3", "a")
    pause_wallet(wallet=wallet, reason="fraud check", actor=ACTOR)
    assert spend("3", "a").replayed
    with pytest.raises(WalletPaused):
        spend("3", "b")


def test_lots_are_drawn_in_the_published_order(give: Give, spend: Spend) -> None:
    soon, later = clock.now() + timedelta(days=1), clock.now() + timedelta(days=9)
    paid_dear = give("1", cost_cents=20)
    paid_cheap = give("1", cost_cents=10)
    free = give("1")
    free_newer = give("1")
    expires_later = give("1", expires_at=later)
    expires_soon = give("1", expires_at=soon)
    first_by_priority = give("1", priority=-1, cost_cents=99)
    order = [
        first_by_priority,
        expires_soon,
        expires_later,
        free,
        free_newer,
        paid_cheap,
        paid_dear,
    ]
    assert draws(spend("7", "a")) == [(lot(posting), Decimal(-1)) for posting in order]


def test_a_draw_splits_the_last_lot_it_needs(give: Give, spend: Spend) -> None:
    first, second = give("1"), give("5")
    assert draws(spend("3", "a")) == [(lot(first), Decimal(-1)), (lot(second), Decimal(-2))]


def test_an_expired_lot_is_never_used(wallet: Wallet, give: Give, spend: Spend) -> None:
    give("5", expires_at=clock.now() - timedelta(seconds=1))
    give("2")
    wallet.refresh_from_db()
    assert wallet.available() == Decimal(2)
    with pytest.raises(InsufficientCredits) as refusal:
        spend("3", "a")
    assert refusal.value.extras["available"] == Decimal(2)
    # The five lapse with an entry of their own before the spend.
    assert spend("2", "a").entry.balance_after == 0
    expiry = wallet.entries.get(kind="expiry")
    assert (expiry.credits, expiry.balance_after) == (Decimal(-5), Decimal(2))


def test_the_costs_of_a_lots_draws_add_up_to_its_cost(give: Give, spend: Spend) -> None:
    give("3", cost_cents=100)
    costs = [spend("1", key).entry.cost_cents for key in "abc"]
    assert sum(costs) == -100
    assert costs == [-33, -34, -33]


def test_a_paused_or_unpriced_or_unknown_service_is_refused(
    wallet: Wallet, service: Service, give: Give, spend: Spend
) -> None:
    give("5")
    service.status = ServiceStatus.PAUSED
    service.save()
    with pytest.raises(ServicePaused):
        spend("1", "a")
    Service.objects.create(slug="new", name="New")
    for slug, refusal in (("new", ServiceUnpriced), ("none", ServiceNotFound)):
        with pytest.raises(refusal):
            spend_credits(
                wallet_id=wallet.pk,
                service=slug,
                quantity=Decimal(1),
                idempotency_key="a",
                actor=ACTOR,
            )


def test_a_closed_or_missing_wallet_is_refused(
    wallet: Wallet, service: Service, give: Give, spend: Spend
) -> None:
    give("5")
    with pytest.raises(WalletNotFound):
        spend_credits(
            wallet_id=wallet.pk + 1000,
            service=service.slug,
            quantity=Decimal(1),
            idempotency_key="a",
            actor=ACTOR,
        )
    Wallet.objects.filter(pk=wallet.pk).update(status=WalletStatus.CLOSED)
    with pytest.raises(DomainError) as refusal:
        spend("1", "a")
    assert refusal.value.code == "wallet_closed"


@pytest.mark.parametrize("quantity", ["0", "-1", "NaN", "Infinity", "1E+30", "0.00001"])
def test_a_quantity_that_is_no_quantity_is_refused(give: Give, spend: Spend, quantity: str) -> None:
    give("5")
    with pytest.raises(CreditsOutOfRange):
        spend(quantity, "a")


def test_a_huge_quantity_of_a_dear_service_is_insufficient_and_no_error(
    service: Service, give: Give, spend: Spend
) -> None:
    publish_rate(service=service, credits_per_unit=Decimal(99999999999999))
    give("5")
    with pytest.raises(InsufficientCredits):
        spend("99999999999999", "a")


def test_a_spend_and_its_answer_are_one_round_trip(give: Give, spend: Spend) -> None:
    give("5")
    with CaptureQueriesContext(connection) as queries:
        answer = EntrySerializer(spend("1", "a").entry, context={"service": "runs"}).data
    assert (answer["sequence"], answer["metadata"], len(queries)) == (2, {}, 1)


def test_what_the_answer_leaves_out_is_fetched_where_it_is_looked_at(
    give: Give, spend: Spend
) -> None:
    give("5")
    entry = spend("1", "a").entry
    kept = LedgerEntry.objects.get(pk=entry.pk)
    columns = [field.attname for field in LedgerEntry._meta.concrete_fields]
    assert entry.get_deferred_fields() == set(PROOF)
    assert [getattr(entry, name) for name in columns] == [getattr(kept, name) for name in columns]

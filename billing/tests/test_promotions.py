"""Codes and sales: who may use them, how often, and what becomes of a use."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from billing.actions import fulfil_top_up, quote_top_up, start_top_up
from billing.errors import (
    PromotionForFirstPurchase,
    PromotionNotApplicable,
    PromotionNotFound,
    PromotionNotRunning,
    PromotionNotYours,
    PromotionUsedUp,
)
from billing.gateway import CheckoutSession
from billing.models import Promotion, PromotionUse, TopUp, TopUpStatus
from billing.tests.promotions import make_promotion
from billing.tests.stripe_account import StripeAccount
from billing.tests.threads import at_once
from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.kernel.errors import IdempotencyKeyReused
from creditsite.tests.people import make_customer
from wallet.models import Grant, GrantSource, Wallet

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _stripe(stripe_account: StripeAccount) -> None:
    """Have a Stripe to open Checkouts at."""


def start(customer: User, code: str = "SPRING", key: str = "") -> TopUp:
    return start_top_up(
        wallet=Wallet.objects.get(customer=customer),
        credits=Decimal(50),
        actor=customer.actor,
        code=code,
        idempotency_key=key,
    ).top_up


def pay(account: StripeAccount, top_up: TopUp) -> TopUp:
    account.pay(top_up.stripe_session_id)
    return fulfil_top_up(session=CheckoutSession.of(account.session(top_up.stripe_session_id)))


def test_what_is_quoted_with_a_code_is_charged(
    customer: User, stripe_account: StripeAccount
) -> None:
    make_promotion()
    top_up = start(customer, code="spring")
    assert top_up.total_cents == 400
    assert stripe_account.session(top_up.stripe_session_id)["amount_total"] == 400
    use = PromotionUse.objects.get()
    assert (use.top_up, use.off_cents) == (top_up, 100)


def test_a_sale_needs_no_code(customer: User) -> None:
    make_promotion(code="", name="Black Friday")
    assert start(customer, code="").total_cents == 400


REFUSED: list[tuple[dict[str, Any], type[PromotionNotApplicable]]] = [
    ({"code": "OTHER"}, PromotionNotFound),
    ({"ends_at": clock.now() - HOUR}, PromotionNotRunning),
    ({"starts_at": clock.now() + HOUR}, PromotionNotRunning),
    ({"is_on": False}, PromotionNotRunning),
    ({"applies_to": "packages"}, PromotionNotApplicable),
    ({"most_uses": 0}, PromotionUsedUp),
    ({"most_uses_each": 0}, PromotionUsedUp),
]


@pytest.mark.parametrize(("terms", "refusal"), REFUSED)
def test_a_code_that_can_not_be_used_is_refused_with_a_next_step(
    customer: User, terms: dict[str, Any], refusal: type[PromotionNotApplicable]
) -> None:
    make_promotion(**terms)
    with pytest.raises(refusal) as refused:
        start(customer)
    assert type(refused.value) is refusal
    assert refused.value.next_step and refused.value.next_step.url.startswith("/billing/")
    assert not TopUp.objects.exists()


@pytest.mark.parametrize("terms", [terms for terms, _ in REFUSED[1:]])
def test_a_sale_that_can_not_be_used_is_left_out(customer: User, terms: dict[str, Any]) -> None:
    make_promotion(**terms | {"code": ""})
    assert start(customer, code="").total_cents == 500


def test_a_code_for_named_customers_is_not_others_to_use(customer: User, stranger: User) -> None:
    make_promotion().customers.add(customer)
    assert start(customer).total_cents == 400
    with pytest.raises(PromotionNotYours):
        start(stranger)
    with pytest.raises(PromotionNotYours):
        quote_top_up(credits=Decimal(50), code="SPRING")


def test_a_code_for_the_first_purchase_is_for_that(
    customer: User, stripe_account: StripeAccount
) -> None:
    make_promotion(is_for_first_purchase=True)
    make_promotion(name="Welcome", code="HELLO", is_for_first_purchase=True)
    pay(stripe_account, start(customer))
    for code in ("SPRING", "HELLO"):
        with pytest.raises(PromotionForFirstPurchase) as refused:
            start(customer, code=code)
        assert refused.value.next_step


def test_a_customer_uses_a_code_as_often_as_it_says(
    customer: User, stranger: User, stripe_account: StripeAccount
) -> None:
    make_promotion(most_uses_each=2)
    for _ in range(2):
        pay(stripe_account, start(customer))
    with pytest.raises(PromotionUsedUp) as refused:
        start(customer)
    assert refused.value.extras == {"limit": 2}
    assert start(stranger).total_cents == 400


def test_a_use_is_given_back_when_its_checkout_ends(
    customer: User, stranger: User, stripe_account: StripeAccount
) -> None:
    from billing.actions import expire_checkout

    make_promotion(most_uses=1)
    first = start(customer)
    with pytest.raises(PromotionUsedUp):
        start(stranger)
    stripe_account.expire(first.stripe_session_id)
    expire_checkout(session=CheckoutSession.of(stripe_account.session(first.stripe_session_id)))
    assert start(stranger).total_cents == 400


def test_who_begins_anew_gets_their_use_back(customer: User, stripe_account: StripeAccount) -> None:
    make_promotion(most_uses=1, most_uses_each=1, is_for_first_purchase=True)
    first = start(customer)
    wallet = Wallet.objects.get(customer=customer)
    assert quote_top_up(credits=Decimal(50), wallet=wallet, code="SPRING").total_cents == 400
    second = start(customer)
    first.refresh_from_db()
    assert (first.status, second.total_cents) == (TopUpStatus.EXPIRED, 400)
    assert stripe_account.session(first.stripe_session_id)["status"] == "expired"


def test_a_refusal_or_a_sale_without_limits_leaves_an_open_payment_page(
    customer: User, stripe_account: StripeAccount
) -> None:
    make_promotion(most_uses_each=1)
    make_promotion(code="", name="Sale", percent=Decimal(5))
    with_code, with_sale = start(customer), start(customer, code="")
    with_code.refresh_from_db()
    assert with_code.status == TopUpStatus.EXPIRED
    again = start(customer)
    with pytest.raises(PromotionNotFound):
        start(customer, code="NONE")
    for top_up in (with_sale, again):
        top_up.refresh_from_db()
        assert top_up.is_pending
        assert stripe_account.session(top_up.stripe_session_id)["status"] == "open"


def test_what_was_paid_in_that_moment_keeps_its_use(
    customer: User, stripe_account: StripeAccount
) -> None:
    make_promotion(most_uses_each=1)
    first = start(customer)
    stripe_account.pay(first.stripe_session_id)
    with pytest.raises(PromotionUsedUp):
        start(customer)
    first.refresh_from_db()
    assert first.is_pending


def test_the_last_use_goes_to_one_of_many_at_once() -> None:
    make_promotion(most_uses=3)
    customers = [make_customer(f"customer-{number}@example.com") for number in range(8)]

    def try_it(customer: User) -> bool:
        try:
            return start(customer).total_cents == 400
        except PromotionUsedUp:
            return False

    assert sorted(at_once(try_it, customers)) == [False] * 5 + [True] * 3
    assert PromotionUse.objects.counted().count() == 3


def test_one_customer_at_once_uses_it_once(customer: User) -> None:
    make_promotion(most_uses_each=1)

    def try_it(number: int) -> bool:
        try:
            return start(customer, key=f"k{number}").total_cents == 400
        except PromotionUsedUp:
            return False

    assert any(at_once(try_it, range(6)))
    assert PromotionUse.objects.counted().count() == 1


def test_pressed_twice_is_one_purchase_and_one_use(customer: User) -> None:
    make_promotion(most_uses_each=1)
    pressed = at_once(lambda _: start(customer, key="k"), range(6))
    assert len({top_up.checkout_url for top_up in pressed}) == 1
    assert PromotionUse.objects.count() == 1
    assert TopUp.objects.get().is_pending


def test_another_code_under_the_same_key_is_refused(customer: User) -> None:
    make_promotion()
    start(customer, key="k")
    with pytest.raises(IdempotencyKeyReused):
        start(customer, code="", key="k")


def test_bonus_credits_come_once_with_the_payment(
    customer: User, stripe_account: StripeAccount
) -> None:
    make_promotion(bonus_credits=Decimal(25))
    top_up = start(customer)
    assert (top_up.total_cents, top_up.quote["bonus_credits"]) == (500, "25.0000")
    paid = pay(stripe_account, top_up)
    fulfil_top_up(session=CheckoutSession.of(stripe_account.session(top_up.stripe_session_id)))
    bonus = Grant.objects.get(source=GrantSource.PROMOTION)
    assert (bonus.credits, bonus.cost_cents, bonus.wallet) == (25, 0, top_up.wallet)
    assert paid.paid_at and bonus.expires_at > paid.paid_at + timedelta(days=364)
    assert Wallet.objects.get(customer=customer).balance == 75


def test_a_change_of_terms_does_not_change_what_was_promised(
    customer: User, stripe_account: StripeAccount
) -> None:
    make_promotion(bonus_credits=Decimal(25))
    top_up = start(customer)
    Promotion.objects.update(bonus_credits=Decimal(0), percent=Decimal(50), is_on=False)
    pay(stripe_account, top_up)
    assert Wallet.objects.get(customer=customer).balance == 75


WRONG: list[dict[str, Any]] = [
    {"code": "two words"},
    {"code": "spring"},
    {"percent": Decimal(20), "off_cents": 100},
    {"percent": Decimal(100)},
    {"percent": Decimal(0)},
    {"off_cents": 0},
    {"bonus_credits": Decimal(-1)},
    {"percent": None},
    {"months": 0},
    {"months": 61},
    {"ends_at": clock.now() - timedelta(days=2)},
    {"applies_to": "nothing"},
]


@pytest.mark.parametrize("terms", WRONG)
def test_terms_that_make_no_sense_are_refused_by_form_and_database(terms: dict[str, Any]) -> None:
    make_promotion()
    with pytest.raises(ValidationError):
        make_promotion(**{"code": "NEW"} | terms)
    right = {"name": "New", "code": "NEW", "percent": Decimal(20), "starts_at": clock.now()}
    if "off_cents" in terms or "bonus_credits" in terms:
        right["percent"] = None
    with pytest.raises(IntegrityError), transaction.atomic():
        Promotion.objects.create(**right | terms)


def test_a_use_is_of_one_sale(customer: User) -> None:
    promotion = make_promotion()
    wallet = Wallet.objects.get(customer=customer)
    with pytest.raises(IntegrityError):
        PromotionUse.objects.create(
            promotion=promotion, wallet=wallet, off_cents=1, created_at=clock.now()
        )

"""What promotions take off packages: quoted, charged, and granted once."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from billing.actions import quote_top_up
from billing.errors import PromotionForFirstPurchase, PromotionNotApplicable, PromotionUsedUp
from billing.models import PromotionUse, SubscriptionStatus
from billing.tests.packages import make_package
from billing.tests.promotions import make_promotion
from billing.tests.stripe_account import StripeAccount
from billing.tests.subscribers import Subscriber
from creditsite.kernel.errors import IdempotencyKeyReused
from wallet.models import Grant, GrantSource

pytestmark = pytest.mark.django_db(transaction=True)


def amount(subscriber: Subscriber) -> int:
    session = subscriber.account.session(subscriber.subscription.stripe_session_id)
    return int(session["amount_total"])


def test_the_first_payment_is_less_and_the_next_is_not(subscriber: Subscriber) -> None:
    make_promotion(applies_to="packages", percent=Decimal("33.33"))
    subscriber.start(code="SPRING")
    assert amount(subscriber) == 2999 - 1000
    subscriber.pay()
    subscriber.wait(32)
    subscriber.hear()
    first, second = subscriber.allocations
    assert (first.paid_cents, second.paid_cents) == (1999, 2999)
    assert first.credits == second.credits == 350


def test_it_lasts_as_many_months_as_it_says(subscriber: Subscriber) -> None:
    make_promotion(applies_to="all", off_cents=500, months=2)
    subscriber.start(code="SPRING")
    subscriber.pay()
    subscriber.wait(65)
    subscriber.hear()
    assert [each.paid_cents for each in subscriber.allocations] == [2499, 2499, 2999]


def test_a_sale_needs_no_code_and_the_best_one_applies(subscriber: Subscriber) -> None:
    for name, percent in (("Small", 10), ("Large", 30), ("Middle", 20)):
        make_promotion(
            name=name, code="", applies_to="packages", percent=percent, is_combinable=True
        )
    subscriber.start()
    assert amount(subscriber) == 2099
    assert PromotionUse.objects.get().promotion.name == "Large"


def test_bonus_credits_come_once_with_the_first_payment(subscriber: Subscriber) -> None:
    make_promotion(applies_to="packages", bonus_credits=Decimal(50))
    subscriber.start(code="SPRING")
    assert amount(subscriber) == 2999
    subscriber.pay()
    subscriber.wait(32)
    subscriber.hear()
    bonus = Grant.objects.get(source=GrantSource.PROMOTION)
    assert (bonus.credits, bonus.wallet) == (50, subscriber.wallet)
    assert len(subscriber.allocations) == 2


def test_another_code_opens_another_checkout(
    subscriber: Subscriber, stripe_account: StripeAccount
) -> None:
    make_promotion(applies_to="packages", most_uses_each=1)
    plain = subscriber.start()
    cheaper = subscriber.start(code="SPRING")
    assert plain.pk != cheaper.pk
    assert stripe_account.session(plain.stripe_session_id)["status"] == "expired"
    assert subscriber.start(code="SPRING") == cheaper
    again = subscriber.start()
    cheaper.refresh_from_db()
    assert cheaper.status == SubscriptionStatus.EXPIRED
    assert subscriber.start(code="SPRING") != again


def test_a_refused_code_leaves_the_open_checkout(
    subscriber: Subscriber, stripe_account: StripeAccount
) -> None:
    started = subscriber.start()
    with pytest.raises(PromotionNotApplicable):
        subscriber.start(code="NONE")
    assert stripe_account.session(started.stripe_session_id)["status"] == "open"
    assert subscriber.start() == started


def test_a_code_for_top_ups_is_refused(subscriber: Subscriber) -> None:
    make_promotion()
    with pytest.raises(PromotionNotApplicable) as refused:
        subscriber.start(code="SPRING")
    assert refused.value.next_step and refused.value.next_step.url == "/billing/top-up/"


def test_a_use_counts_with_those_of_top_ups(subscriber: Subscriber) -> None:
    make_promotion(applies_to="all", most_uses_each=1)
    subscriber.start(code="SPRING")
    subscriber.pay()
    subscriber.hear()
    with pytest.raises(PromotionUsedUp):
        quote_top_up(credits=Decimal(50), wallet=subscriber.wallet, code="SPRING")


def test_who_had_a_plan_has_bought_before(subscriber: Subscriber) -> None:
    make_promotion(is_for_first_purchase=True)
    subscriber.begin()
    with pytest.raises(PromotionForFirstPurchase):
        quote_top_up(credits=Decimal(50), wallet=subscriber.wallet, code="SPRING")


def test_another_code_under_the_same_key_is_refused(subscriber: Subscriber) -> None:
    make_promotion(applies_to="packages")
    subscriber.start(code="SPRING", idempotency_key="k")
    with pytest.raises(IdempotencyKeyReused):
        subscriber.start(idempotency_key="k")


def test_while_subscribed_top_ups_cost_less(subscriber: Subscriber) -> None:
    make_package("works", top_up_discount_percent=Decimal(20))
    subscriber.begin("works")
    quote = quote_top_up(credits=Decimal(50), wallet=subscriber.wallet)
    assert quote.lines[-1].reason == "20% off top-ups with Works"
    assert quote.total_cents == 400


def test_the_plans_page_shows_what_a_code_makes_of_the_prices(subscriber: Subscriber) -> None:
    make_promotion(applies_to="packages", bonus_credits=Decimal(50), percent=Decimal(20))
    client = Client()
    client.force_login(subscriber.customer)
    page = client.get("/billing/plans/", {"code": "spring"}).content.decode()
    assert "$23.99" in page
    assert 'name="code" value="SPRING"' in page
    client.post("/billing/plans/", {"package": "team", "code": "spring"})
    assert amount(subscriber) == 2399


def test_the_plans_page_says_why_a_code_does_not_apply(subscriber: Subscriber) -> None:
    make_promotion()
    client = Client()
    client.force_login(subscriber.customer)
    page = client.get("/billing/plans/", {"code": "SPRING"}).content.decode()
    assert "Spring is for top-ups." in page
    assert 'type="hidden" name="code"' not in page
    answer = client.post("/billing/plans/", {"package": "team", "code": "NONE"})
    assert answer.status_code == 404
    assert "There is no such code" in answer.content.decode()


def test_the_top_up_page_quotes_with_a_code_and_says_why_it_does_not_apply(
    subscriber: Subscriber,
) -> None:
    make_promotion()
    client = Client()
    client.force_login(subscriber.customer)
    quoted = client.get(reverse("billing:quote"), {"credits": "50", "code": "spring"})
    assert "20% off with code SPRING" in quoted.content.decode()
    refused = client.get(reverse("billing:quote"), {"credits": "50", "code": "none"})
    assert "Nothing has the code NONE." in refused.content.decode()
    assert "$5.00" in refused.content.decode()
    answer = client.post("/billing/top-up/", {"credits": "50", "code": "none"})
    assert answer.status_code == 404
    assert "Nothing has the code NONE." in answer.content.decode()

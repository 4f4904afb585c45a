"""Operators make promotions and tiers; who used them stands in a list of its own."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from billing.actions import start_top_up
from billing.models import Promotion, VolumeTier
from billing.tests.promotions import make_promotion
from billing.tests.stripe_account import StripeAccount
from creditsite.accounts.models import User
from wallet.models import Wallet

pytestmark = pytest.mark.django_db(transaction=True)
ADD = "admin:billing_promotion_add"
FORM = {
    "name": "Spring",
    "code": "SPRING",
    "applies_to": "all",
    "is_on": "on",
    "percent": "20",
    "bonus_credits": "0",
    "months": "1",
    "starts_at_0": "2026-01-01",
    "starts_at_1": "00:00:00",
    "most_uses": "100",
    "most_uses_each": "1",
}


@pytest.fixture
def admin(operator: User) -> Client:
    client = Client()
    client.force_login(operator)
    return client


def test_an_operator_makes_a_promotion(admin: Client) -> None:
    assert admin.post(reverse(ADD), FORM).status_code == 302
    promotion = Promotion.objects.get()
    assert (promotion.code, promotion.percent, promotion.most_uses) == ("SPRING", 20, 100)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"percent": "", "off_cents": ""}, "Give a percentage, a sum, or bonus credits."),
        ({"off_cents": "100"}, "Take off a percentage or a sum, not both."),
        ({"code": "two words"}, "A code is letters, digits, hyphens and underscores."),
        ({"percent": "100"}, "A discount is more than 0 and less than 100 percent."),
    ],
)
def test_terms_that_make_no_sense_are_told(admin: Client, wrong: dict[str, str], told: str) -> None:
    answer = admin.post(reverse(ADD), FORM | wrong)
    assert told in answer.content.decode()
    assert not Promotion.objects.exists()


def test_the_lists_show_what_is_used(
    admin: Client, customer: User, stripe_account: StripeAccount
) -> None:
    make_promotion(most_uses=5, bonus_credits=Decimal(3), percent=Decimal(10))
    start_top_up(
        wallet=Wallet.objects.get(customer=customer),
        credits=Decimal(50),
        actor=customer.actor,
        code="SPRING",
    )
    page = admin.get(reverse("admin:billing_promotion_changelist"), {"time": "now"})
    assert "1 of 5" in page.content.decode()
    assert "10% off, 3 credits on top" in page.content.decode()
    page = admin.get(reverse("admin:billing_promotionuse_changelist"))
    assert "customer@example.com" in page.content.decode()
    assert "(waiting for payment)" in page.content.decode()
    for time in ("later", "over"):
        page = admin.get(reverse("admin:billing_promotion_changelist"), {"time": time})
        assert "1 of 5" not in page.content.decode()


def test_one_that_was_used_is_not_deleted(
    admin: Client, customer: User, stripe_account: StripeAccount
) -> None:
    promotion = make_promotion()
    start_top_up(
        wallet=Wallet.objects.get(customer=customer),
        credits=Decimal(50),
        actor=customer.actor,
        code="SPRING",
    )
    path = reverse("admin:billing_promotion_delete", args=[promotion.pk])
    admin.post(path, {"post": "yes"})
    assert Promotion.objects.exists()


def test_an_operator_edits_tiers(admin: Client) -> None:
    path = reverse("admin:billing_volumetier_add")
    assert admin.post(path, {"minimum_credits": "5000", "percent": "20"}).status_code == 302
    answer = admin.post(path, {"minimum_credits": "5000", "percent": "25"})
    assert "already exists" in answer.content.decode()
    assert VolumeTier.objects.count() == 4


def test_customers_may_not(customer: User) -> None:
    client = Client()
    client.force_login(customer)
    assert client.post(reverse(ADD), FORM).status_code == 302
    assert not Promotion.objects.exists()

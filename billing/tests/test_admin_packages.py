"""The operators' steps on packages."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from billing.models import Package, PackageState, PackageVisibility, Rollover
from billing.tests.packages import make_package
from billing.tests.stripe_account import StripeAccount
from creditsite.accounts.models import User
from wallet.tests.operators import Operator, step

pytestmark = pytest.mark.django_db(transaction=True)

TERMS = {
    "price": "24.99",
    "interval": "month",
    "credits": "250",
    "rollover": "capped",
    "rollover_cap": "50",
    "rollover_months": "2",
    "top_up_discount_percent": "5",
    "reason": "Costs rose",
}
DESCRIBED = {"name": "Crew", "tagline": "", "features": "One\n\n Two \n", "position": "3"}


@pytest.fixture
def admin(client: Client, operator: User, stripe_account: StripeAccount) -> Operator:
    client.force_login(operator)
    return Operator(client)


def page_of(package: Package) -> str:
    return reverse("admin:billing_package_change", args=[package.pk])


def test_a_package_is_added_and_put_on_sale(admin: Operator) -> None:
    admin.do(reverse("admin:billing_package_add"), slug="crew", **DESCRIBED)
    package = Package.objects.get(slug="crew")
    assert (package.state, package.features) == (PackageState.DRAFT, ["One", "Two"])
    path = step(package, "publish")
    assert admin.preview(path, **TERMS).summary == (
        "Crew is sold from now on for $24.99 a month for 250 credits ($0.1000 each), up to 50"
        " unspent credits last 2 months longer, 5% off top-ups."
    )
    assert not package.versions.exists()
    admin.do(path, **TERMS)
    version = package.versions.get()
    assert (version.price_cents, version.credits) == (2499, Decimal(250))
    assert (version.rollover, version.rollover_cap) == (Rollover.CAPPED, Decimal(50))
    package.refresh_from_db()
    assert package.state == PackageState.ACTIVE
    shown = admin.client.get(page_of(package)).content.decode()
    assert "Sold now" in shown and "$24.99 a month" in shown
    told = "Crew v1 is published. Reason: Costs rose"
    assert LogEntry.objects.filter(change_message=told).exists()


def test_new_terms_begin_from_the_newest(admin: Operator) -> None:
    package = make_package(top_up_discount_percent=Decimal("2.50"))
    form = admin.client.get(step(package, "publish")).context["form"]
    filled_in = {name: str(form[name].value()) for name in ("price", "credits", "interval")}
    assert filled_in == {"price": "29.99", "credits": "350.0000", "interval": "month"}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"price": "0.49"}, "greater than or equal to 0.50"),
        ({"price": "9.99", "credits": "500"}, "A credit costs at least $0.05"),
        ({"rollover": "none"}, "A cap is for a capped rollover only"),
        ({"rollover_months": ""}, "Say how many months they last"),
        ({"rollover_cap": "251"}, "The cap is above the credits"),
        ({"starts_at": "2020-01-01T00:00"}, "Choose a moment to come"),
        ({"credits": "many"}, "Enter a number"),
        ({"top_up_discount_percent": "100"}, "less than or equal to 99.99"),
    ],
)
def test_bad_terms_are_refused_in_words(admin: Operator, asked: dict[str, str], said: str) -> None:
    package = make_package()
    assert said in admin.errors(step(package, "publish"), **TERMS | asked)
    assert package.versions.count() == 1


def test_a_stripe_that_is_down_can_be_tried_again_with_the_same_form(
    admin: Operator, stripe_account: StripeAccount
) -> None:
    package = make_package()
    stripe_account.switch(api_failure={"status": 503, "times": 10})
    assert "safe to try again" in admin.errors(step(package, "publish"), **TERMS)
    assert "Not at Stripe yet" in admin.client.get(page_of(package)).content.decode()
    stripe_account.switch(api_failure=None)
    admin.do(step(package, "publish"), **TERMS)
    assert "Sold now" in admin.client.get(page_of(package)).content.decode()
    assert package.versions.count() == 2


def test_a_package_is_described_archived_and_restored(admin: Operator) -> None:
    package = make_package()
    admin.do(step(package, "describe"), **DESCRIBED)
    package.refresh_from_db()
    assert (package.name, package.slug, package.position) == ("Crew", "team", 3)
    admin.do(step(package, "archive"), reason="Out of season")
    package.refresh_from_db()
    assert package.is_archived
    assert "publish/" not in admin.client.get(page_of(package)).content.decode()
    admin.do(step(package, "restore"), reason="In season")
    package.refresh_from_db()
    assert package.state == PackageState.ACTIVE


def test_a_package_is_offered_to_named_customers(admin: Operator, customer: User) -> None:
    package = make_package()
    path, private = step(package, "offer"), {"visibility": "private"}
    assert "Name at least one customer" in admin.errors(path, customers="", **private)
    said = admin.errors(path, customers="nobody@example.com", **private)
    assert "No customer has the address nobody@example.com" in said
    assert "valid email" in admin.errors(path, customers="nobody", **private)
    admin.do(path, customers=customer.email, **private)
    package.refresh_from_db()
    assert package.visibility == PackageVisibility.PRIVATE
    assert list(package.customers.all()) == [customer]
    form = admin.client.get(path).context["form"]
    assert form["customers"].value() == customer.email


def test_an_operator_without_the_right_changes_nothing(
    client: Client, operator: User, stripe_account: StripeAccount
) -> None:
    package = make_package()
    operator.is_superuser = False
    operator.save()
    operator.user_permissions.add(Permission.objects.get(codename="view_package"))
    client.force_login(operator)
    for name in ("publish", "describe", "offer", "archive"):
        assert client.post(step(package, name), {}).status_code == 403
    assert client.get(page_of(package)).status_code == 200

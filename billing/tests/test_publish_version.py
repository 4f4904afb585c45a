"""Versions of packages: checked, kept, priced at Stripe, sold by from their start on."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import Settings

from billing.actions import (
    PackageTerms,
    create_package,
    price_version,
    price_waiting_versions,
    publish_version,
    reprice_version,
)
from billing.errors import (
    PackageStateUnchanged,
    PackageTermsInvalid,
    PackageTermsUnchanged,
    StripeUnavailable,
)
from billing.models import Package, PackageState, PackageVersion, Rollover, StripePrice
from billing.tests.packages import OPERATOR, TERMS, make_package, publish
from billing.tests.stripe_account import StripeAccount
from billing.tests.threads import at_once
from creditsite.kernel import clock

pytestmark = pytest.mark.django_db(transaction=True)


def in_force(package: Package, days: int = 0) -> int | None:
    at = clock.now() + timedelta(days=days)
    version = PackageVersion.objects.filter(package=package).in_force(at).first()
    return version.number if version else None


def test_a_published_version_has_its_price_at_stripe(stripe_account: StripeAccount) -> None:
    package = create_package(slug="team", name="Team")
    version = publish(package)
    price = version.stripe_prices.get()
    told = stripe_account.call("GET", f"/v1/prices/{price.stripe_id}")
    assert (told["unit_amount"], told["currency"]) == (2999, "usd")
    assert told["recurring"]["interval"] == "month"
    product = stripe_account.call("GET", f"/v1/products/{told['product']}")
    assert (product["name"], product["metadata"]) == ("Team", {"package": "team"})
    package.refresh_from_db()
    assert (package.state, in_force(package)) == (PackageState.ACTIVE, 1)


def test_a_later_version_is_sold_by_from_its_start_on(stripe_account: StripeAccount) -> None:
    package = make_package()
    terms = PackageTerms(price_cents=3499, credits=Decimal(400))
    later = clock.now() + timedelta(days=3)
    version = publish_version(package=package, terms=terms, actor=OPERATOR, starts_at=later)
    assert (version.number, version.published_by) == (2, "user:1")
    assert (in_force(package), in_force(package, days=4)) == (1, 2)
    products = stripe_account.call("GET", "/v1/products")["data"]
    assert len(products) == 1


@pytest.mark.parametrize(
    ("field", "terms"),
    [
        ("price_cents", {"price_cents": 49, "credits": Decimal(1)}),
        ("price_cents", {"price_cents": 1749}),
        ("credits", {"credits": Decimal(0)}),
        ("rollover_cap", {"rollover": Rollover.CAPPED, "rollover_months": 1}),
        ("rollover_cap", {"rollover_cap": Decimal(5)}),
        (
            "rollover_cap",
            {"rollover": Rollover.CAPPED, "rollover_cap": Decimal(351), "rollover_months": 1},
        ),
        ("rollover_months", {"rollover": Rollover.ALL}),
        ("rollover_months", {"rollover_months": 2}),
    ],
)
def test_terms_that_cannot_be_sold_are_refused(
    stripe_account: StripeAccount, field: str, terms: dict[str, Any]
) -> None:
    package = create_package(slug="team", name="Team")
    with pytest.raises(PackageTermsInvalid) as refused:
        publish(package, **terms)
    assert refused.value.extras == {"field": field}
    assert not package.versions.exists()
    assert stripe_account.call("GET", "/v1/products")["data"] == []


def test_a_start_in_the_past_is_refused(stripe_account: StripeAccount) -> None:
    package = create_package(slug="team", name="Team")
    gone = clock.now() - timedelta(minutes=1)
    with pytest.raises(PackageTermsInvalid, match="moment to come"):
        publish_version(package=package, terms=TERMS, actor=OPERATOR, starts_at=gone)


def test_the_same_terms_again_are_no_new_version(stripe_account: StripeAccount) -> None:
    package = make_package()
    with pytest.raises(PackageTermsUnchanged, match="Version 1 of Team"):
        publish(package)


def test_an_archived_package_gets_no_version(stripe_account: StripeAccount) -> None:
    package = make_package()
    Package.objects.filter(pk=package.pk).update(state=PackageState.ARCHIVED)
    with pytest.raises(PackageStateUnchanged, match="Restore it first"):
        publish(package, price_cents=3499)


def test_while_stripe_is_down_a_version_waits_and_is_not_sold_by(
    stripe_account: StripeAccount,
) -> None:
    package = create_package(slug="team", name="Team")
    stripe_account.switch(api_failure={"status": 503, "times": 10})
    with pytest.raises(StripeUnavailable):
        publish(package)
    version = package.versions.get()
    assert in_force(package) is None
    stripe_account.switch(api_failure=None)
    assert version in price_waiting_versions()
    assert in_force(package) == 1
    assert price_waiting_versions() == []


def test_publishing_again_goes_on_with_a_version_that_waits(stripe_account: StripeAccount) -> None:
    package = create_package(slug="team", name="Team")
    stripe_account.switch(api_failure={"status": 503, "times": 10})
    with pytest.raises(StripeUnavailable):
        publish(package)
    stripe_account.switch(api_failure=None)
    assert publish(package).number == 1
    assert in_force(package) == 1


def test_an_answer_that_was_lost_makes_no_second_price(stripe_account: StripeAccount) -> None:
    package = create_package(slug="team", name="Team")
    stripe_account.switch(lose_answers={"times": 10})
    with pytest.raises(StripeUnavailable):
        publish(package)
    stripe_account.switch(lose_answers=None)
    price_version(version=package.versions.get())
    assert len(stripe_account.call("GET", "/v1/products")["data"]) == 1
    assert len(stripe_account.call("GET", "/v1/prices")["data"]) == 1


def test_prices_that_stripe_has_lost_are_made_anew(stripe_account: StripeAccount) -> None:
    package = make_package()
    version = package.versions.get()
    old = version.stripe_prices.get().stripe_id
    stripe_account.reset()
    price = reprice_version(version=version)
    assert price.stripe_id != old
    assert stripe_account.call("GET", f"/v1/prices/{price.stripe_id}")["unit_amount"] == 2999
    assert package.stripe_products.count() == 1


def test_each_mode_has_prices_of_its_own(stripe_account: StripeAccount, settings: Settings) -> None:
    package = make_package()
    settings.STRIPE_LIVE_MODE = True
    assert in_force(package) is None


def test_two_operators_at_once_publish_two_versions(stripe_account: StripeAccount) -> None:
    package = make_package()
    at_once(lambda cents: publish(package, price_cents=cents), [3499, 3999])
    numbers = PackageVersion.objects.filter(package=package).values_list("number", flat=True)
    assert sorted(numbers) == [1, 2, 3]
    assert StripePrice.objects.filter(version__package=package).count() == 3

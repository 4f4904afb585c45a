"""Packages: made, described, offered, archived; and those a new site begins with."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.actions import (
    archive_package,
    create_package,
    describe_package,
    offer_package,
    restore_package,
)
from billing.errors import PackageSlugTaken, PackageStateUnchanged
from billing.models import Package, PackageState, PackageVisibility
from billing.tests.packages import make_package
from billing.tests.stripe_account import StripeAccount
from creditsite.accounts.models import User


def offered(customer: User) -> list[str]:
    return [package.slug for package in Package.objects.offered_to(customer)]


@pytest.mark.django_db
def test_a_new_site_has_three_packages_that_wait_for_their_price() -> None:
    shelf = [
        (package.slug, package.state, version.price_cents, version.credits)
        for package in Package.objects.all()
        for version in package.versions.all()
    ]
    assert shelf == [
        ("starter", PackageState.DRAFT, 1999, Decimal(220)),
        ("professional", PackageState.DRAFT, 4999, Decimal(575)),
        ("enterprise", PackageState.DRAFT, 9999, Decimal(1200)),
    ]


@pytest.mark.django_db
def test_a_credit_is_cheaper_in_each_larger_package() -> None:
    prices = [
        version.price_cents / version.credits
        for package in Package.objects.all()
        for version in package.versions.all()
    ]
    assert prices == sorted(prices, reverse=True) and prices[0] < 10


@pytest.mark.django_db
def test_a_draft_is_offered_to_nobody(customer: User) -> None:
    package = create_package(slug="team", name="Team")
    assert package.state == PackageState.DRAFT
    assert offered(customer) == []


def test_a_public_package_is_offered_to_everyone(
    stripe_account: StripeAccount, customer: User, stranger: User
) -> None:
    make_package("team")
    assert offered(customer) == offered(stranger) == ["team"]


def test_a_private_package_is_offered_to_its_customers_only(
    stripe_account: StripeAccount, customer: User, stranger: User
) -> None:
    package = make_package("special")
    private = PackageVisibility.PRIVATE
    offer_package(package=package, visibility=private, customers=[customer])
    assert (offered(customer), offered(stranger)) == (["special"], [])
    offer_package(package=package, visibility=private, customers=[stranger])
    assert (offered(customer), offered(stranger)) == ([], ["special"])
    opened = offer_package(
        package=package, visibility=PackageVisibility.PUBLIC, customers=[customer]
    )
    assert offered(customer) == offered(stranger) == ["special"]
    assert not opened.customers.exists()


def test_an_archived_package_is_sold_no_more_until_it_is_restored(
    stripe_account: StripeAccount, customer: User
) -> None:
    package = make_package("team")
    archive_package(package=package)
    assert offered(customer) == []
    with pytest.raises(PackageStateUnchanged, match="is archived"):
        archive_package(package=package)
    restore_package(package=package)
    assert offered(customer) == ["team"]
    with pytest.raises(PackageStateUnchanged, match="is on sale"):
        restore_package(package=package)


@pytest.mark.django_db
def test_a_slug_is_given_once() -> None:
    create_package(slug="team", name="Team")
    with pytest.raises(PackageSlugTaken, match="Choose another"):
        create_package(slug="team", name="Another team")
    assert Package.objects.get(slug="team").name == "Team"


@pytest.mark.django_db
def test_what_people_read_of_a_package_can_be_changed() -> None:
    package = create_package(slug="team", name="Team")
    describe_package(
        package=package, name="Squad", tagline="For some", features=["One", "Two"], position=7
    )
    package.refresh_from_db()
    assert (package.slug, package.name, package.tagline) == ("team", "Squad", "For some")
    assert (package.features, package.position) == (["One", "Two"], 7)

"""Make packages, describe them, and say who is offered them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import transaction
from django.urls import reverse

from billing.errors import (
    PackageNotFound,
    PackageNotOnSale,
    PackageSlugTaken,
    PackageStateUnchanged,
)
from billing.models import Package, PackageState, PackageVersion, PackageVisibility
from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.kernel.errors import NextStep


@transaction.atomic
def create_package(
    *,
    slug: str,
    name: str,
    tagline: str = "",
    features: Sequence[str] = (),
    position: int = 0,
) -> Package:
    """Make a draft, which nobody is offered before its first version is published.

    Raises `PackageSlugTaken`.
    """
    package, made = Package.objects.get_or_create(
        slug=slug,
        defaults={
            "name": name,
            "tagline": tagline,
            "features": list(features),
            "position": position,
        },
    )
    if not made:
        raise PackageSlugTaken(f"{package.name} has the slug {slug}. Choose another.")
    return package


@transaction.atomic
def describe_package(
    *, package: Package, name: str, tagline: str, features: Sequence[str], position: int
) -> Package:
    """Change what people read of a package; its slug and its terms stay."""
    changed = _locked(package)
    changed.name = name
    changed.tagline = tagline
    changed.features = list(features)
    changed.position = position
    changed.save(update_fields=["name", "tagline", "features", "position"])
    return changed


@transaction.atomic
def offer_package(
    *, package: Package, visibility: PackageVisibility, customers: Collection[User] = ()
) -> Package:
    """Offer a package to everyone, or to these customers only. Whoever has it keeps it."""
    changed = _locked(package)
    changed.visibility = visibility
    changed.save(update_fields=["visibility"])
    changed.customers.set(customers if visibility == PackageVisibility.PRIVATE else ())
    return changed


def archive_package(*, package: Package) -> Package:
    """Sell a package no more. Whoever has it keeps it. Raises `PackageStateUnchanged`."""
    return _change_state(package, PackageState.ACTIVE, PackageState.ARCHIVED)


def restore_package(*, package: Package) -> Package:
    """Sell an archived package again. Raises `PackageStateUnchanged`."""
    return _change_state(package, PackageState.ARCHIVED, PackageState.ACTIVE)


@transaction.atomic
def _change_state(package: Package, start: PackageState, end: PackageState) -> Package:
    changed = _locked(package)
    if changed.state != start:
        raise PackageStateUnchanged(
            f"{changed.name} is {changed.get_state_display().lower()}.", state=changed.state
        )
    changed.state = end
    changed.save(update_fields=["state"])
    return changed


def version_on_sale(*, customer: User, slug: str) -> PackageVersion:
    """Return the terms by which a customer may begin a package now.

    Raises `PackageNotFound`, `PackageNotOnSale`.
    """
    package = Package.objects.filter(slug=slug).first()
    if package is None or package.is_draft or not package.is_meant_for(customer):
        raise PackageNotFound(
            f"No package called {slug} is offered to you.", next_step=see_the_plans()
        )
    version = PackageVersion.objects.filter(package=package).in_force(clock.now()).first()
    if version is None or not package.is_on_sale:
        raise PackageNotOnSale(f"{package.name} is not on sale.", next_step=see_the_plans())
    return version


def see_the_plans() -> NextStep:
    """Return the step that leads to the plans."""
    return NextStep("See the plans", reverse("billing:plans"))


def _locked(package: Package) -> Package:
    return Package.objects.select_for_update(no_key=True).get(pk=package.pk)

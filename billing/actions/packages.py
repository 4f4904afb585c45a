"""Make packages, describe them, and say who is offered them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import transaction

from billing.errors import PackageSlugTaken, PackageStateUnchanged
from billing.models import Package, PackageState, PackageVisibility
from creditsite.accounts.models import User


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


def _locked(package: Package) -> Package:
    return Package.objects.select_for_update(no_key=True).get(pk=package.pk)

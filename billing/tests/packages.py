"""Packages for tests, made as operators make them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from billing.actions import PackageTerms, create_package, publish_version
from billing.models import Package, PackageVersion
from creditsite.kernel.actor import Actor

OPERATOR = Actor.user(1)
TERMS = PackageTerms(price_cents=2999, credits=Decimal(350))


def make_package(slug: str = "team", **terms: Any) -> Package:
    """Return a package on sale, over 350 credits for $29.99 a month unless told otherwise."""
    package = create_package(slug=slug, name=slug.title())
    publish(package, **terms)
    package.refresh_from_db()
    return package


def publish(package: Package, **terms: Any) -> PackageVersion:
    """Publish a version with these terms."""
    return publish_version(
        package=package, terms=PackageTerms(**(vars(TERMS) | terms)), actor=OPERATOR
    )

"""Publish versions of packages: here first, then at Stripe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction

from billing import gateway
from billing.errors import (
    PackageStateUnchanged,
    PackageTermsInvalid,
    PackageTermsUnchanged,
    StripeObjectMissing,
)
from billing.gateway import PriceRequest
from billing.models import (
    Interval,
    Package,
    PackageState,
    PackageVersion,
    Rollover,
    StripePrice,
    StripeProduct,
)
from creditsite.kernel import clock
from creditsite.kernel.actor import Actor

CENTS = 100


@dataclass(frozen=True)
class PackageTerms:
    """What a version costs and brings; see `PackageVersion`."""

    price_cents: int
    credits: Decimal
    interval: Interval = Interval.MONTH
    rollover: Rollover = Rollover.NONE
    rollover_cap: Decimal | None = None
    rollover_months: int | None = None
    top_up_discount_percent: Decimal = Decimal(0)

    @classmethod
    def of(cls, version: PackageVersion) -> PackageTerms:
        return cls(**{name: getattr(version, name) for name in cls.__dataclass_fields__})


def publish_version(
    *, package: Package, terms: PackageTerms, actor: Actor, starts_at: datetime | None = None
) -> PackageVersion:
    """Give a package new terms, by which new sales go from `starts_at` (default: now) on.

    Subscribers keep the version they have. A draft is on sale after it. Where Stripe can't be
    reached, the version stays without a price and is not sold by; repeating goes on with it.
    Not for use inside a transaction.

    Raises `PackageTermsInvalid`, `PackageTermsUnchanged`, `PackageStateUnchanged` (archived),
    `StripeUnavailable`, `StripeRefused`.
    """
    version = _keep_version(package, terms, actor, starts_at)
    price_version(version=version)
    return version


def check_terms(*, package: Package, terms: PackageTerms, starts_at: datetime | None) -> None:
    """Raise what `publish_version` would raise about these terms."""
    if package.is_archived:
        raise PackageStateUnchanged(
            f"{package.name} is archived. Restore it first.", state=package.state
        )
    for field, wrong, why in _faults(terms, starts_at):
        if wrong:
            raise PackageTermsInvalid(why, field=field)
    newest = package.versions.first()
    if newest and PackageTerms.of(newest) == terms and not _waits_for_price(newest):
        raise PackageTermsUnchanged(
            f"Version {newest.number} of {package.name} has the same terms."
        )


def _waits_for_price(version: PackageVersion) -> bool:
    return not version.stripe_prices.filter(livemode=settings.STRIPE_LIVE_MODE).exists()


def _faults(terms: PackageTerms, starts_at: datetime | None) -> list[tuple[str, bool, str]]:
    cap, months = terms.rollover_cap, terms.rollover_months
    is_capped, rolls = terms.rollover == Rollover.CAPPED, terms.rollover != Rollover.NONE
    floor = settings.CREDIT_FLOOR_RATE
    return [
        ("price_cents", terms.price_cents < CENTS // 2, "A package costs at least $0.50."),
        ("credits", terms.credits <= 0, "A package brings at least some credits."),
        (
            "price_cents",
            terms.price_cents < terms.credits * floor * CENTS,
            f"A credit costs at least ${floor:f}, so these credits cost more.",
        ),
        ("rollover_cap", is_capped and not cap, "Say how many credits go on at most."),
        ("rollover_cap", bool(cap) and not is_capped, "A cap is for a capped rollover only."),
        ("rollover_cap", bool(cap and cap > terms.credits), "The cap is above the credits."),
        ("rollover_months", rolls and not months, "Say how many months they last."),
        ("rollover_months", bool(months) and not rolls, "Nothing rolls over that could last."),
        ("starts_at", bool(starts_at and starts_at < clock.now()), "Choose a moment to come."),
    ]


@transaction.atomic(durable=True)
def _keep_version(
    package: Package, terms: PackageTerms, actor: Actor, starts_at: datetime | None
) -> PackageVersion:
    locked = Package.objects.select_for_update(no_key=True).get(pk=package.pk)
    check_terms(package=locked, terms=terms, starts_at=starts_at)
    newest = locked.versions.first()
    if newest and PackageTerms.of(newest) == terms:
        return newest
    return PackageVersion.objects.create(
        package=locked,
        number=newest.number + 1 if newest else 1,
        currency=settings.CREDIT_CURRENCY,
        starts_at=starts_at or clock.now(),
        published_by=str(actor),
        **vars(terms),
    )


def price_version(*, version: PackageVersion) -> StripePrice:
    """Return the version's price at Stripe, made there at the first call, and have it sold by.

    Not for use inside a transaction. Raises `StripeUnavailable`, `StripeRefused`.
    """
    found = version.stripe_prices.filter(livemode=settings.STRIPE_LIVE_MODE).first()
    if found is None:
        try:
            found = _make_price(version, _product_of(version.package))
        except StripeObjectMissing:
            found = _make_price(version, _reopened_product(version.package))
    Package.objects.filter(pk=version.package_id, state=PackageState.DRAFT).update(
        state=PackageState.ACTIVE
    )
    return found


def price_waiting_versions() -> list[PackageVersion]:
    """Give every version that has none its price at Stripe, and return those versions.

    Not for use inside a transaction. Raises `StripeUnavailable`, `StripeRefused`.
    """
    versions = PackageVersion.objects.select_related("package").order_by("package", "number")
    waiting = [version for version in versions if _waits_for_price(version)]
    for version in waiting:
        price_version(version=version)
    return waiting


def reprice_version(*, version: PackageVersion) -> StripePrice:
    """Forget a price that Stripe has lost, and make it anew.

    Not for use inside a transaction. Raises `StripeUnavailable`, `StripeRefused`.
    """
    lost = version.stripe_prices.filter(livemode=settings.STRIPE_LIVE_MODE).first()
    if lost is None:
        return price_version(version=version)
    lost.delete()
    try:
        return _make_price(version, _product_of(version.package), lost.stripe_id)
    except StripeObjectMissing:
        return _make_price(version, _reopened_product(version.package))


def _make_price(version: PackageVersion, product: StripeProduct, lost: str = "") -> StripePrice:
    stripe_id = gateway.create_price(
        PriceRequest(
            # The moment tells apart the rows of databases that were made anew.
            key=f"price:{version.pk}:{version.created_at.timestamp()}:{product.stripe_id}:{lost}",
            product_id=product.stripe_id,
            price_cents=version.price_cents,
            currency=version.currency,
            interval=version.interval,
            reference=f"{version.package.slug} v{version.number}",
        )
    )
    return StripePrice.objects.get_or_create(
        version=version, livemode=settings.STRIPE_LIVE_MODE, defaults={"stripe_id": stripe_id}
    )[0]


def _product_of(package: Package, lost: str = "") -> StripeProduct:
    found = package.stripe_products.filter(livemode=settings.STRIPE_LIVE_MODE).first()
    if found:
        return found
    stripe_id = gateway.create_product(
        name=package.name,
        reference=package.slug,
        key=f"product:{package.pk}:{package.created_at.timestamp()}:{package.name}:{lost}",
    )
    return StripeProduct.objects.get_or_create(
        package=package, livemode=settings.STRIPE_LIVE_MODE, defaults={"stripe_id": stripe_id}
    )[0]


def _reopened_product(package: Package) -> StripeProduct:
    lost = _product_of(package)
    lost.delete()
    return _product_of(package, lost.stripe_id)

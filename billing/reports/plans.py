"""The plans a customer may begin, and the one they have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from billing.models import (
    Package,
    PackageVersion,
    Promotion,
    Subscription,
    SubscriptionStatus,
)
from billing.pricing import price_package
from billing.reports.terms import each_in_words, price_in_words, rollover_in_words
from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.kernel.formatting import percent
from wallet.models import Wallet


@dataclass(frozen=True)
class PlanOffer:
    """What a promotion makes of a plan: what is paid first, and what comes on top."""

    name: str
    first_cents: int
    currency: str
    takes_off: bool
    first_time: str
    bonus_credits: Decimal


@dataclass(frozen=True)
class Plan:
    """A package as its card shows it, by the terms new sales go by."""

    slug: str
    name: str
    tagline: str
    features: list[str]
    price_cents: int
    currency: str
    interval: str
    credits: Decimal
    each: str
    rollover: str
    top_up_discount: str
    offer: PlanOffer | None
    is_current: bool
    is_planned: bool


@dataclass(frozen=True)
class OwnSubscription:
    """The customer's subscription as the page tells of it."""

    name: str
    slug: str
    status: str
    status_label: str
    price_cents: int
    currency: str
    interval: str
    credits: Decimal
    period_end: datetime | None
    cancels_at: datetime | None
    checkout_url: str | None
    is_overdue: bool
    pay_url: str
    next_terms: str
    waiting_name: str
    can_keep: bool
    can_change: bool


def plans_for(
    customer: User, current: Subscription | None, promotions: Sequence[Promotion] = ()
) -> list[Plan]:
    """Return the plans that are offered to the customer, in their order."""
    place = _Place.of(current)
    return [
        _plan(version.package, version, _offer(version, promotions), place)
        for version in versions_on_offer(customer.pk, clock.now())
    ]


def versions_on_offer(customer_id: int, at: datetime) -> list[PackageVersion]:
    """Return the terms of each package that a customer may begin at a moment, in their order."""
    offered = Package.objects.offered_to(customer_id)
    versions = PackageVersion.objects.filter(package__in=offered).in_force(at)
    newest: dict[int, PackageVersion] = {}
    for version in versions.select_related("package"):
        newest.setdefault(version.package_id, version)
    return sorted(newest.values(), key=lambda each: (each.package.position, each.package_id))


@dataclass(frozen=True)
class _Place:
    """Which package the customer has, and which is to take its place."""

    current: int | None = None
    planned: int | None = None

    @classmethod
    def of(cls, subscription: Subscription | None) -> _Place:
        if subscription is None or not subscription.runs:
            return cls()
        planned = subscription.next_version or subscription.waiting_version
        return cls(subscription.version.package_id, planned.package_id if planned else None)


def _offer(version: PackageVersion, promotions: Sequence[Promotion]) -> PlanOffer | None:
    quote = price_package(version=version, at=clock.now(), promotions=promotions)
    if not quote.given:
        return None
    given = quote.given[0]
    months = given.promotion.months
    return PlanOffer(
        name=given.promotion.name,
        first_cents=quote.total_cents,
        currency=quote.currency,
        takes_off=bool(given.off_cents),
        first_time=f"for {months} months" if months > 1 else f"for the first {version.interval}",
        bonus_credits=given.bonus_credits,
    )


def _plan(
    package: Package, version: PackageVersion, offer: PlanOffer | None, place: _Place
) -> Plan:
    discount = version.top_up_discount_percent
    return Plan(
        slug=package.slug,
        name=package.name,
        tagline=package.tagline,
        features=package.features,
        price_cents=version.price_cents,
        currency=version.currency,
        interval=version.interval,
        credits=version.credits,
        each=each_in_words(version),
        rollover=rollover_in_words(version),
        top_up_discount=f"{percent(discount)} off top-ups" if discount else "",
        offer=offer,
        is_current=package.pk == place.current,
        is_planned=package.pk == place.planned != place.current,
    )


def live_subscription(wallet: Wallet) -> Subscription | None:
    """Return the wallet's live subscription, its Checkout open or the contract running."""
    found = (
        Subscription.objects.live()
        .filter(wallet=wallet)
        .select_related("version__package", "next_version__package", "waiting_version__package")
    )
    return found.first()


def own_subscription(subscription: Subscription) -> OwnSubscription:
    """Return what the page tells of a subscription."""
    version = subscription.version
    status = subscription.status
    if subscription.is_cancelling:
        status = "cancelling"
    return OwnSubscription(
        name=version.package.name,
        slug=version.package.slug,
        status=status,
        status_label=_label(subscription),
        price_cents=version.price_cents,
        currency=version.currency,
        interval=version.interval,
        credits=version.credits,
        period_end=subscription.period_end,
        cancels_at=subscription.cancels_at,
        checkout_url=subscription.checkout_url
        if subscription.checkout_is_open(clock.now())
        else None,
        is_overdue=subscription.is_overdue,
        pay_url=subscription.pay_url,
        next_terms=_terms_of(subscription.next_version),
        waiting_name=subscription.waiting_version.package.name
        if subscription.waiting_version
        else "",
        can_keep=subscription.has_planned_change,
        can_change=subscription.runs
        and not subscription.is_overdue
        and not subscription.is_cancelling,
    )


def _terms_of(version: PackageVersion | None) -> str:
    return f"{version.package.name}, {price_in_words(version)}" if version else ""


def _label(subscription: Subscription) -> str:
    if subscription.is_cancelling:
        return "Cancelled"
    return str(SubscriptionStatus(subscription.status).label)

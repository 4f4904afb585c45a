"""Rows of the billing app."""

from billing.models.package import (
    Interval,
    Package,
    PackageState,
    PackageVersion,
    PackageVisibility,
    Rollover,
    StripePrice,
    StripeProduct,
)
from billing.models.stripe_customer import StripeCustomer
from billing.models.stripe_event import StripeEvent, StripeEventState
from billing.models.top_up import TopUp, TopUpStatus

__all__ = [
    "Interval",
    "Package",
    "PackageState",
    "PackageVersion",
    "PackageVisibility",
    "Rollover",
    "StripeCustomer",
    "StripeEvent",
    "StripeEventState",
    "StripePrice",
    "StripeProduct",
    "TopUp",
    "TopUpStatus",
]

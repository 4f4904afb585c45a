"""Rows of the billing app."""

from billing.models.allocation import Allocation, AllocationKind
from billing.models.invoice import Invoice, InvoiceStatus
from billing.models.mail_preferences import MailPreferences
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
from billing.models.portal import PortalConfiguration
from billing.models.promotion import Promotion, PromotionScope, PromotionUse, VolumeTier
from billing.models.refund import Refund, RefundStatus
from billing.models.stripe_customer import StripeCustomer
from billing.models.stripe_event import StripeEvent, StripeEventState
from billing.models.subscription import Subscription, SubscriptionStatus
from billing.models.top_up import TopUp, TopUpStatus
from billing.models.version_move import MoveNotice, VersionMove

__all__ = [
    "Allocation",
    "AllocationKind",
    "Interval",
    "Invoice",
    "InvoiceStatus",
    "MailPreferences",
    "MoveNotice",
    "Package",
    "PackageState",
    "PackageVersion",
    "PackageVisibility",
    "PortalConfiguration",
    "Promotion",
    "PromotionScope",
    "PromotionUse",
    "Refund",
    "RefundStatus",
    "Rollover",
    "StripeCustomer",
    "StripeEvent",
    "StripeEventState",
    "StripePrice",
    "StripeProduct",
    "Subscription",
    "SubscriptionStatus",
    "TopUp",
    "TopUpStatus",
    "VersionMove",
    "VolumeTier",
]

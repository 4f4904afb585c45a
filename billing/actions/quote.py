"""Quote what a customer would pay."""

from __future__ import annotations

from decimal import Decimal

from billing.actions.promotions import usable_promotions
from billing.models import (
    PackageVersion,
    PromotionScope,
    Subscription,
    SubscriptionStatus,
    VolumeTier,
)
from billing.pricing import price_package, price_top_up
from billing.quotes import Quote
from creditsite.kernel import clock
from wallet.models import Wallet


def quote_top_up(
    *,
    credits: Decimal,
    wallet: Wallet | None = None,
    code: str = "",
    is_reserving: bool = False,
) -> Quote:
    """Price credits for a customer, or for a new one, with a code they entered.

    `is_reserving` as in `usable_promotions`. Raises `TopUpOutOfRange`, `PromotionNotApplicable`
    in one of its kinds.
    """
    now = clock.now()
    return price_top_up(
        credits=credits,
        at=now,
        tiers=list(VolumeTier.objects.all()),
        subscribed=_subscribed(wallet) if wallet else None,
        promotions=usable_promotions(
            wallet=wallet,
            scope=PromotionScope.TOP_UPS,
            code=code,
            at=now,
            is_reserving=is_reserving,
        ),
        code=code,
    )


def quote_package(
    *, version: PackageVersion, wallet: Wallet, code: str = "", is_reserving: bool = False
) -> Quote:
    """Price the first period of a package for a customer, with a code they entered.

    `is_reserving` as in `usable_promotions`. Raises `PromotionNotApplicable` in one of its kinds.
    """
    now = clock.now()
    return price_package(
        version=version,
        at=now,
        promotions=usable_promotions(
            wallet=wallet,
            scope=PromotionScope.PACKAGES,
            code=code,
            at=now,
            is_reserving=is_reserving,
        ),
        code=code,
    )


def _subscribed(wallet: Wallet) -> PackageVersion | None:
    """Return the terms the customer has and pays for."""
    running = Subscription.objects.filter(wallet=wallet, status=SubscriptionStatus.ACTIVE)
    found = running.select_related("version__package").first()
    return found.version if found else None

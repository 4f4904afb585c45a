"""Begin a subscription: keep it, open a Checkout for it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from billing import gateway
from billing.actions.checkouts import EXPIRY_MARGIN, checkout_expiry, open_checkout
from billing.actions.packages import see_the_plans, version_on_sale
from billing.actions.promotions import lock_limits, reserve_promotions
from billing.actions.publish import price_version, reprice_version
from billing.actions.quote import quote_package
from billing.errors import StripeObjectMissing, SubscriptionExists
from billing.gateway import CheckoutSession, CouponRequest, SubscribeRequest
from billing.models import (
    PackageVersion,
    PromotionUse,
    StripeCustomer,
    StripePrice,
    Subscription,
    SubscriptionStatus,
)
from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from creditsite.kernel.errors import IdempotencyKeyReused
from wallet.actions import require_system_running
from wallet.errors import WalletClosed
from wallet.models import Wallet, WalletStatus


@dataclass(frozen=True)
class StartedSubscription:
    """A subscription whose Checkout is open, and whether it was there before."""

    subscription: Subscription
    replayed: bool


@dataclass(frozen=True)
class Offer:
    """The terms a customer chose, and the code they entered."""

    version: PackageVersion
    code: str

    def is_open_as(self, subscription: Subscription) -> bool:
        """Whether a subscription's Checkout is for this, and can still be paid."""
        return (
            subscription.version_id == self.version.pk
            and subscription.code == self.code
            and clock.now() + EXPIRY_MARGIN < subscription.expires_at
        )


def start_subscription(
    *, wallet: Wallet, package: str, actor: Actor, code: str = "", idempotency_key: str = ""
) -> StartedSubscription:
    """Open a Checkout that begins a subscription of the package with this slug.

    What a promotion gives is reserved until that Checkout ends. A retry with the same key
    returns the same one, and so does another start of the same package and code while its
    Checkout is open. A start of something else closes that Checkout first: one of them at most
    can be paid. Not for use inside a transaction.

    Raises `SystemPaused`, `WalletClosed`, `PackageNotFound`, `PackageNotOnSale`,
    `PromotionNotApplicable` in one of its kinds, `SubscriptionExists`, `IdempotencyKeyReused`,
    `StripeUnavailable`, `StripeRefused`.
    """
    require_system_running()
    if wallet.status == WalletStatus.CLOSED:
        raise WalletClosed("This wallet is closed and takes no more credits.")
    found, made = _kept(wallet, idempotency_key), False
    if found is None:
        version = version_on_sale(customer=wallet.customer, slug=package)
        offer = Offer(version, code)
        # What is refused must not cost the customer an open payment page.
        quote_package(version=version, wallet=wallet, code=code)
        _make_room(wallet, offer)
        found, made = _keep_subscription(wallet, offer, actor, idempotency_key)
    elif (found.version.package.slug, found.code) != (package, code):
        raise IdempotencyKeyReused(
            "The key stands for another request. Use a new key for a new request."
        )
    if found.is_incomplete and not found.checkout_url:
        found = open_checkout(found, _create_session)
    return StartedSubscription(found, replayed=not made)


def _kept(wallet: Wallet, idempotency_key: str) -> Subscription | None:
    if not idempotency_key:
        return None
    return Subscription.objects.filter(wallet=wallet, idempotency_key=idempotency_key).first()


def _make_room(wallet: Wallet, offer: Offer) -> None:
    """Give up a Checkout that is still open for another offer, or whose time is over."""
    other = Subscription.objects.filter(wallet=wallet, status=SubscriptionStatus.INCOMPLETE).first()
    if other is None or offer.is_open_as(other):
        return
    if other.stripe_session_id is None:
        # It broke off before the session's id was kept: the same request brings it.
        other = open_checkout(other, _create_session)
    assert other.stripe_session_id is not None
    with suppress(StripeObjectMissing):
        if gateway.expire_checkout_session(other.stripe_session_id).is_complete:
            raise _exists("Its first payment was just made.")
    expire_subscription(subscription=other)


def _exists(detail: str) -> SubscriptionExists:
    return SubscriptionExists(
        f"{detail} Change its plan instead of beginning another.", next_step=see_the_plans()
    )


@transaction.atomic
def expire_subscription(*, subscription: Subscription) -> Subscription:
    """Mark a subscription as never begun, unless it was paid. Repeating it changes nothing."""
    locked = Subscription.objects.select_for_update(no_key=True).get(pk=subscription.pk)
    if locked.is_incomplete and locked.stripe_id is None:
        locked.status = SubscriptionStatus.EXPIRED
        locked.save(update_fields=["status"])
    return locked


def expire_subscription_checkout(*, session: CheckoutSession) -> Subscription | None:
    """Expire the subscription whose Checkout ended without payment.

    None where the session is not ours, or is not the one the customer was sent to.
    """
    found = Subscription.objects.filter(stripe_session_id=session.id).first()
    return expire_subscription(subscription=found) if found else None


@transaction.atomic(durable=True)
def _keep_subscription(
    wallet: Wallet, offer: Offer, actor: Actor, idempotency_key: str
) -> tuple[Subscription, bool]:
    lock_limits(wallet=wallet)
    if same := _kept(wallet, idempotency_key):
        return same, False
    live = Subscription.objects.live().filter(wallet=wallet).first()
    if live and live.is_incomplete and offer.is_open_as(live):
        return live, False
    if live:
        raise _exists(f"You have {live.version.package.name}.")
    quote = quote_package(version=offer.version, wallet=wallet, code=offer.code, is_reserving=True)
    made = Subscription.objects.create(
        wallet=wallet,
        version=offer.version,
        code=offer.code,
        quote=quote.as_json(),
        actor=str(actor),
        idempotency_key=idempotency_key,
        expires_at=checkout_expiry(),
        created_at=quote.quoted_at,
    )
    reserve_promotions(quote=quote, sale=made)
    return made, True


def _create_session(subscription: Subscription, link: StripeCustomer) -> CheckoutSession:
    price = price_version(version=subscription.version)
    try:
        return _session_for(subscription, link, price)
    except StripeObjectMissing as missing:
        if missing.extras["param"] == "customer":
            raise
        return _session_for(subscription, link, reprice_version(version=subscription.version))


def _session_for(
    subscription: Subscription, link: StripeCustomer, price: StripePrice
) -> CheckoutSession:
    assert link.stripe_id is not None
    expires_at = int(subscription.expires_at.timestamp())
    coupon_id = _coupon(subscription)
    page = settings.SITE_URL + reverse("billing:plans")
    return gateway.create_subscription_session(
        SubscribeRequest(
            key=f"subscribe:{subscription.pk}:{link.stripe_id}:{price.stripe_id}:{expires_at}",
            stripe_customer_id=link.stripe_id,
            reference=str(subscription.pk),
            price_id=price.stripe_id,
            coupon_id=coupon_id,
            expires_at=expires_at,
            success_url=f"{page}?checkout=return",
            cancel_url=f"{page}?checkout=cancelled",
        )
    )


def _coupon(subscription: Subscription) -> str:
    """Return the id of a coupon at Stripe over what a promotion takes off; empty: nothing."""
    use = PromotionUse.objects.filter(subscription=subscription).select_related("promotion").first()
    if use is None or not use.off_cents:
        return ""
    currency = subscription.version.currency
    # A sum, not a percentage: what was quoted is charged, whoever rounds.
    coupon_id = f"promotion-{use.promotion_id}-{use.off_cents}-{currency}-{use.months}"
    gateway.ensure_coupon(
        CouponRequest(coupon_id, use.promotion.name, use.off_cents, currency, use.months)
    )
    return coupon_id

"""Start a top-up: quote it, keep it, open a Checkout for it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from billing import gateway
from billing.actions.checkouts import checkout_expiry, open_checkout
from billing.actions.expire import expire_top_up
from billing.gateway import CheckoutRequest, CheckoutSession
from billing.models import StripeCustomer, TopUp
from billing.quotes import plain, quote_top_up
from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from creditsite.kernel.errors import IdempotencyKeyReused
from wallet.actions import require_system_running
from wallet.errors import WalletClosed
from wallet.models import Wallet, WalletStatus


@dataclass(frozen=True)
class StartedTopUp:
    """A top-up and whether it was there before (a retry answered with the first result)."""

    top_up: TopUp
    replayed: bool


def start_top_up(
    *, wallet: Wallet, credits: Decimal, actor: Actor, idempotency_key: str = ""
) -> StartedTopUp:
    """Quote `credits` and open a Checkout where exactly the quote is paid.

    A retry with the same key returns the same top-up and its one Checkout, also where the
    first try broke off half way. A key whose top-up expired stays with it: a new one is needed.
    Not for use inside a transaction.

    Raises `SystemPaused`, `TopUpOutOfRange`, `WalletClosed`, `IdempotencyKeyReused`,
    `StripeUnavailable`, `StripeRefused`.
    """
    require_system_running()
    if wallet.status == WalletStatus.CLOSED:
        raise WalletClosed("This wallet is closed and takes no more credits.")
    top_up, made = _keep_top_up(wallet, credits, actor, idempotency_key)
    if not made and top_up.credits != credits:
        raise IdempotencyKeyReused(
            "The key stands for another request. Use a new key for a new request."
        )
    if top_up.is_pending and not top_up.checkout_url:
        top_up = _open_checkout(top_up)
    return StartedTopUp(top_up, replayed=not made)


def _keep_top_up(
    wallet: Wallet, credits: Decimal, actor: Actor, idempotency_key: str
) -> tuple[TopUp, bool]:
    now = clock.now()
    quote = quote_top_up(credits=credits, at=now)
    terms = {
        "credits": quote.credits,
        "quote": quote.as_json(),
        "total_cents": quote.total_cents,
        "currency": quote.currency,
        "actor": str(actor),
        "created_at": now,
        "expires_at": checkout_expiry(),
    }
    with transaction.atomic(durable=True):
        if not idempotency_key:
            return TopUp.objects.create(wallet=wallet, **terms), True
        return TopUp.objects.get_or_create(
            wallet=wallet, idempotency_key=idempotency_key, defaults=terms
        )


def _open_checkout(top_up: TopUp) -> TopUp:
    if top_up.expires_at <= clock.now():
        return expire_top_up(top_up=top_up)
    return open_checkout(top_up, _create_session)


def _create_session(top_up: TopUp, link: StripeCustomer) -> CheckoutSession:
    assert link.stripe_id is not None
    expires_at = int(top_up.expires_at.timestamp())
    page = settings.SITE_URL + reverse("billing:top_up_detail", args=[top_up.pk])
    return gateway.create_checkout_session(
        CheckoutRequest(
            key=f"top-up:{top_up.pk}:{link.stripe_id}:{expires_at}",
            stripe_customer_id=link.stripe_id,
            reference=str(top_up.pk),
            label=f"{plain(top_up.credits)} credits",
            total_cents=top_up.total_cents,
            currency=top_up.currency,
            expires_at=expires_at,
            success_url=f"{page}?checkout=return",
            cancel_url=f"{page}?checkout=cancelled",
        )
    )

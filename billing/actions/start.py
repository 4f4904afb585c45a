"""Start a top-up: quote it, keep it, open a Checkout for it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from billing import gateway
from billing.actions.checkouts import checkout_expiry, open_checkout
from billing.actions.expire import expire_top_up
from billing.actions.promotions import lock_limits, reserve_promotions
from billing.actions.quote import quote_top_up
from billing.errors import StripeObjectMissing
from billing.gateway import CheckoutRequest, CheckoutSession
from billing.models import Promotion, StripeCustomer, TopUp, TopUpStatus
from billing.quotes import plain
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
    *, wallet: Wallet, credits: Decimal, actor: Actor, code: str = "", idempotency_key: str = ""
) -> StartedTopUp:
    """Quote `credits` and open a Checkout where exactly the quote is paid.

    What promotions give is reserved until the top-up expires; another one of the customer's
    that holds a use of a limited one and is not paid expires now. A retry with the same key
    returns the same top-up and its one Checkout, also where the first try broke off half way. A
    key whose top-up expired stays with it: a new one is needed. Not for use inside a
    transaction.

    Raises `SystemPaused`, `TopUpOutOfRange`, `PromotionNotApplicable` in one of its kinds,
    `WalletClosed`, `IdempotencyKeyReused`, `StripeUnavailable`, `StripeRefused`.
    """
    require_system_running()
    if wallet.status == WalletStatus.CLOSED:
        raise WalletClosed("This wallet is closed and takes no more credits.")
    if not _kept(wallet, idempotency_key):
        # What is refused must not cost the customer an open payment page.
        quote_top_up(credits=credits, wallet=wallet, code=code)
        _make_room(wallet, idempotency_key)
    top_up, made = _keep_top_up(wallet, credits, code, actor, idempotency_key)
    if not made and (top_up.credits, top_up.quote.get("code", "")) != (credits, code):
        raise IdempotencyKeyReused(
            "The key stands for another request. Use a new key for a new request."
        )
    if top_up.is_pending and not top_up.checkout_url:
        top_up = _open_checkout(top_up)
    return StartedTopUp(top_up, replayed=not made)


def _kept(wallet: Wallet, idempotency_key: str) -> TopUp | None:
    if not idempotency_key:
        return None
    return TopUp.objects.filter(wallet=wallet, idempotency_key=idempotency_key).first()


def _make_room(wallet: Wallet, idempotency_key: str) -> None:
    """Give up payment pages of the customer's that hold a use of what is limited: they buy anew."""
    limited = Promotion.objects.filter(
        Q(most_uses__isnull=False) | Q(most_uses_each__isnull=False) | Q(is_for_first_purchase=True)
    )
    holding = TopUp.objects.filter(
        wallet=wallet, status=TopUpStatus.PENDING, promotion_uses__promotion__in=limited
    )
    if idempotency_key:
        # The same request, pressed twice, may have kept its top-up by now.
        holding = holding.exclude(idempotency_key=idempotency_key)
    for other in holding.distinct():
        if other.stripe_session_id:
            with suppress(StripeObjectMissing):
                if gateway.expire_checkout_session(other.stripe_session_id).is_complete:
                    continue
        expire_top_up(top_up=other)


@transaction.atomic(durable=True)
def _keep_top_up(
    wallet: Wallet, credits: Decimal, code: str, actor: Actor, idempotency_key: str
) -> tuple[TopUp, bool]:
    lock_limits(wallet=wallet)
    if kept := _kept(wallet, idempotency_key):
        return kept, False
    quote = quote_top_up(credits=credits, wallet=wallet, code=code, is_reserving=True)
    top_up = TopUp.objects.create(
        wallet=wallet,
        credits=quote.credits,
        quote=quote.as_json(),
        total_cents=quote.total_cents,
        currency=quote.currency,
        actor=str(actor),
        idempotency_key=idempotency_key,
        created_at=quote.quoted_at,
        expires_at=checkout_expiry(),
    )
    reserve_promotions(quote=quote, sale=top_up)
    return top_up, True


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

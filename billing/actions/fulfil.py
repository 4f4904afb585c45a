"""Grant the credits of a paid top-up."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from billing.actions.promotions import grant_bonus_credits
from billing.errors import TopUpMismatch, TopUpNotFound, TopUpNotPaid
from billing.gateway import CheckoutSession
from billing.models import TopUp, TopUpStatus
from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from creditsite.kernel.idempotency import internal_key
from wallet.actions import grant_credits
from wallet.models import GrantSource


@transaction.atomic
def fulfil_top_up(*, session: CheckoutSession) -> TopUp:
    """Grant the credits a paid Checkout Session was for, and their bonus, once per session.

    Repeating it changes nothing. The money decides: a top-up that expired meanwhile is
    granted too. The credits expire `TOP_UP_LIFETIME` from now.

    Raises `TopUpNotPaid`, `TopUpNotFound`, and `TopUpMismatch` where session and top-up
    differ in mode, amount or currency or the top-up was paid by another session.
    """
    if not session.is_paid:
        raise TopUpNotPaid("Stripe has not taken the money.", payment_status=session.payment_status)
    top_up = (
        TopUp.objects.paid_by_session(session.id, session.reference)
        .select_for_update(no_key=True)
        .first()
    )
    if top_up is None:
        raise TopUpNotFound("The session names no top-up of ours.", session=session.id)
    _require_same_terms(top_up, session)
    if top_up.is_paid:
        return top_up
    now = clock.now()
    expires_at = now + settings.TOP_UP_LIFETIME
    posting = grant_credits(
        wallet=top_up.wallet,
        credits=top_up.credits,
        source=GrantSource.TOP_UP,
        idempotency_key=internal_key("stripe", session.id),
        actor=Actor.system("stripe"),
        cost_cents=top_up.total_cents,
        currency=top_up.currency,
        expires_at=expires_at,
        reference=session.id,
    )
    grant_bonus_credits(
        uses=top_up.promotion_uses.select_related("promotion", "wallet"), expires_at=expires_at
    )
    top_up.status = TopUpStatus.PAID
    top_up.entry = posting.entry
    top_up.paid_at = now
    top_up.stripe_session_id = session.id
    top_up.stripe_payment_intent = session.payment_intent
    top_up.save(
        update_fields=["status", "entry", "paid_at", "stripe_session_id", "stripe_payment_intent"]
    )
    return top_up


def _require_same_terms(top_up: TopUp, session: CheckoutSession) -> None:
    sold = {
        "session": top_up.stripe_session_id or session.id,
        "mode": "payment",
        "livemode": settings.STRIPE_LIVE_MODE,
        "amount_total": top_up.total_cents,
        "currency": top_up.currency,
    }
    paid = {
        "session": session.id,
        "mode": session.mode,
        "livemode": session.livemode,
        "amount_total": session.amount_total,
        "currency": session.currency,
    }
    if sold != paid:
        different = ", ".join(
            f"{name} {paid[name]} instead of {sold[name]}"
            for name in sold
            if sold[name] != paid[name]
        )
        raise TopUpMismatch(f"Top-up {top_up.pk}: {different}.", sold=sold, paid=paid)

"""Give up a top-up that was not paid."""

from __future__ import annotations

from django.db import transaction

from billing.gateway import CheckoutSession
from billing.models import TopUp, TopUpStatus


@transaction.atomic
def expire_top_up(*, top_up: TopUp) -> TopUp:
    """Mark the top-up as expired unless it is paid. Repeating it changes nothing."""
    locked = TopUp.objects.select_for_update(no_key=True).get(pk=top_up.pk)
    if locked.is_pending:
        locked.status = TopUpStatus.EXPIRED
        locked.save(update_fields=["status"])
    return locked


def expire_checkout(*, session: CheckoutSession) -> TopUp | None:
    """Expire the top-up whose Checkout Session ended without payment.

    None where the session is not ours, or is not the one the customer was sent to.
    """
    top_up = TopUp.objects.paid_by_session(session.id, session.reference).first()
    if top_up is None or top_up.stripe_session_id not in (None, session.id):
        return None
    return expire_top_up(top_up=top_up)

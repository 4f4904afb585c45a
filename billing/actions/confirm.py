"""Ask Stripe how a top-up stands."""

from __future__ import annotations

from billing import gateway
from billing.actions.expire import expire_top_up
from billing.actions.fulfil import fulfil_top_up
from billing.models import TopUp


def confirm_top_up(*, top_up: TopUp) -> TopUp:
    """Read a pending top-up's session from Stripe and do what its event would do.

    For the page a customer comes back to: the event may still be on its way.
    Not for use inside a transaction. Raises `StripeUnavailable`, `StripeRefused`, and what
    `fulfil_top_up` raises.
    """
    if not top_up.is_pending or top_up.stripe_session_id is None:
        return top_up
    session = gateway.retrieve_checkout_session(top_up.stripe_session_id)
    if session.is_paid:
        return fulfil_top_up(session=session)
    if session.has_expired:
        return expire_top_up(top_up=top_up)
    return top_up

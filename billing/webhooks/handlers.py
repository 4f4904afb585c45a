"""Which event is answered by which action."""

from __future__ import annotations

from billing.actions import expire_checkout, fulfil_top_up
from billing.actions.process import Handled, Handler
from billing.gateway import CheckoutSession
from billing.models import StripeEvent, TopUp


def handle_event(event: StripeEvent) -> Handled:
    """Do what the event asks for; events of types we do nothing about are fine too."""
    handler = HANDLERS.get(event.type)
    return handler(event) if handler else Handled.NOTHING_TO_DO


def handle_paid(event: StripeEvent) -> Handled:
    """A session is complete, or its delayed payment came. Either may be the first to say "paid"."""
    session = CheckoutSession.of(event.subject)
    if not session.is_paid or not _is_known(session):
        return Handled.NOTHING_TO_DO
    fulfil_top_up(session=session)
    return Handled.DONE


def handle_unpaid(event: StripeEvent) -> Handled:
    """A session ended without money: nobody paid in time, or the delayed payment failed."""
    top_up = expire_checkout(session=CheckoutSession.of(event.subject))
    return Handled.DONE if top_up else Handled.NOTHING_TO_DO


def _is_known(session: CheckoutSession) -> bool:
    """Whether the session is for a top-up: the account may sell other things too."""
    known = TopUp.objects.paid_by_session(session.id, session.reference)
    return session.is_ours or known.exists()


HANDLERS: dict[str, Handler] = {
    "checkout.session.completed": handle_paid,
    "checkout.session.async_payment_succeeded": handle_paid,
    "checkout.session.async_payment_failed": handle_unpaid,
    "checkout.session.expired": handle_unpaid,
}

# Brought up to date in dj-stripe's copies, for operators to look at.
MIRRORED = (
    "charge.failed",
    "charge.refunded",
    "charge.succeeded",
    "charge.updated",
    "customer.created",
    "customer.updated",
    "invoice.finalized",
    "invoice.paid",
    "payment_intent.payment_failed",
    "payment_intent.succeeded",
)
EVENT_TYPES = tuple(sorted({*HANDLERS, *MIRRORED}))

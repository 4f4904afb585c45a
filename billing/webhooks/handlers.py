"""Which event is answered by which action."""

from __future__ import annotations

from functools import partial

from billing import gateway
from billing.actions import (
    allocate_credits,
    expire_checkout,
    expire_subscription_checkout,
    find_upgrade,
    fulfil_top_up,
    sync_invoice,
    sync_refund,
    sync_subscription,
)
from billing.actions.process import Handled, Handler, Step
from billing.actions.upgrades import Upgrade
from billing.gateway import (
    CheckoutSession,
    StripeInvoice,
    StripeRefund,
    StripeSubscription,
    SubscriptionInvoice,
)
from billing.models import StripeEvent, Subscription, TopUp
from creditsite.kernel import clock


def handle_event(event: StripeEvent) -> Step:
    """Ask Stripe what is needed, and return what the event asks for.

    Events of types we do nothing about are fine too.
    """
    handler = HANDLERS.get(event.type)
    return handler(event) if handler else _nothing


def _nothing() -> Handled:
    return Handled.NOTHING_TO_DO


def handle_paid(event: StripeEvent) -> Step:
    """A session is complete, or its delayed payment came. Either may be the first to say "paid"."""
    session = CheckoutSession.of(event.subject)
    if session.subscription_id:
        return _sync(session.subscription_id, session.reference, is_ours=session.is_ours)
    return partial(_fulfil, session)


def _fulfil(session: CheckoutSession) -> Handled:
    if not session.is_paid or not _is_known(session):
        return Handled.NOTHING_TO_DO
    fulfil_top_up(session=session)
    return Handled.DONE


def _is_known(session: CheckoutSession) -> bool:
    """Whether the session is for a top-up: the account may sell other things too."""
    known = TopUp.objects.paid_by_session(session.id, session.reference)
    return session.is_ours or known.exists()


def handle_unpaid(event: StripeEvent) -> Step:
    """A session ended without money: nobody paid in time, or the delayed payment failed."""
    return partial(_give_up, CheckoutSession.of(event.subject))


def _give_up(session: CheckoutSession) -> Handled:
    gave_up = (
        expire_subscription_checkout(session=session)
        if session.mode == "subscription"
        else expire_checkout(session=session)
    )
    return Handled.DONE if gave_up else Handled.NOTHING_TO_DO


def handle_subscription(event: StripeEvent) -> Step:
    """A subscription was begun, changed or ended. What it brings may be old: Stripe is asked."""
    told = StripeSubscription.of(event.subject)
    return _sync(told.id, told.reference, is_ours=bool(told.reference))


def _sync(stripe_id: str, reference: str, *, is_ours: bool) -> Step:
    if not is_ours and not Subscription.objects.named_by(stripe_id, reference).exists():
        return _nothing
    asked_at = clock.now()
    told = gateway.retrieve_subscription(stripe_id)

    def step() -> Handled:
        sync_subscription(told=told, asked_at=asked_at)
        return Handled.DONE

    return step


def handle_schedule(event: StripeEvent) -> Step:
    """Other terms were planned for a subscription's next period, or are no more."""
    schedule = event.subject
    subscription = schedule.get("subscription") or schedule.get("released_subscription")
    return _sync(subscription, "", is_ours=False) if subscription else _nothing


def handle_invoice(event: StripeEvent) -> Step:
    """An invoice is to be paid, could not be, is paid, or is given up."""
    told = StripeInvoice.of(event.subject)
    allocate = _allocation(event) if told.status == "paid" else _nothing

    def step() -> Handled:
        kept = sync_invoice(told=told, told_at=event.created)
        allocated = allocate()
        return Handled.DONE if kept else allocated

    return step


def _allocation(event: StripeEvent) -> Step:
    """A subscription's invoice is paid, by whatever means."""
    invoice = SubscriptionInvoice.of(event.subject)
    if invoice is None:
        return _nothing
    known = Subscription.objects.named_by(invoice.subscription_id, invoice.reference)
    if not invoice.reference and not known.exists():
        return _nothing
    return partial(_allocate, invoice, find_upgrade(invoice=invoice))


def _allocate(invoice: SubscriptionInvoice, upgrade: Upgrade | None) -> Handled:
    allocated = allocate_credits(invoice=invoice, upgrade=upgrade)
    return Handled.DONE if allocated else Handled.NOTHING_TO_DO


def handle_refund(event: StripeEvent) -> Step:
    """Money goes back, went back, or could not."""
    told = StripeRefund.of(event.subject)
    if not told.charge_id:
        return _nothing
    customer_id = gateway.customer_of_charge(told.charge_id)

    def step() -> Handled:
        kept = sync_refund(told=told, customer_id=customer_id, told_at=event.created)
        return Handled.DONE if kept else Handled.NOTHING_TO_DO

    return step


HANDLERS: dict[str, Handler] = {
    "checkout.session.completed": handle_paid,
    "checkout.session.async_payment_succeeded": handle_paid,
    "checkout.session.async_payment_failed": handle_unpaid,
    "checkout.session.expired": handle_unpaid,
    "customer.subscription.created": handle_subscription,
    "customer.subscription.updated": handle_subscription,
    "customer.subscription.deleted": handle_subscription,
    "invoice.finalized": handle_invoice,
    "invoice.marked_uncollectible": handle_invoice,
    "invoice.paid": handle_invoice,
    "invoice.payment_failed": handle_invoice,
    "invoice.voided": handle_invoice,
    "refund.created": handle_refund,
    "refund.failed": handle_refund,
    "refund.updated": handle_refund,
    "subscription_schedule.created": handle_schedule,
    "subscription_schedule.released": handle_schedule,
    "subscription_schedule.updated": handle_schedule,
}

# Brought up to date in dj-stripe's copies, for operators to look at.
MIRRORED = (
    "charge.failed",
    "charge.refunded",
    "charge.succeeded",
    "charge.updated",
    "customer.created",
    "customer.updated",
    "payment_intent.payment_failed",
    "payment_intent.succeeded",
)
EVENT_TYPES = tuple(sorted({*HANDLERS, *MIRRORED}))

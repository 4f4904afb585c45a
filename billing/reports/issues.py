"""What in billing stands still until a person looks at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Exists, OuterRef, Q
from djstripe.models import Dispute as MirroredChargeback

from billing.actions.overdue_checkouts import PATIENCE
from billing.models import (
    Invoice,
    InvoiceStatus,
    Refund,
    RefundStatus,
    StripeCustomer,
    StripeEvent,
    StripeEventState,
    Subscription,
    SubscriptionStatus,
    TopUp,
    TopUpStatus,
)
from creditsite.kernel.formatting import money
from wallet.models import Clawback, Wallet

# Of each kind so many are told, those that wait longest first.
MOST = 20
# What a worker does within seconds does not stand still yet.
EVENT_PATIENCE = timedelta(minutes=5)
# The money of these left, or is leaving.
WENT_BACK = (RefundStatus.SUCCEEDED, RefundStatus.PENDING)
# A refund older than this is no news, whatever became of its credits.
REFUND_DAYS = 90
# Of a chargeback: the bank waits for our answer, or decides.
OPEN_CHARGEBACKS = {
    "warning_needs_response": "Inquiry: to be answered",
    "warning_under_review": "Inquiry: the bank decides",
    "needs_response": "To be answered",
    "under_review": "The bank decides",
}


@dataclass(frozen=True)
class Issue:
    """One thing to look at: the row it is about, whose it is, since when, and how it stands.

    `wallet` comes with its customer, and is None where it is nobody's. `total` may be empty.
    """

    subject: models.Model
    wallet: Wallet | None
    total: str
    since: datetime
    says: str


@dataclass(frozen=True)
class IssueKind:
    """A kind of issue: what it is, what to do, who may see it, and how it is found.

    `find` yields those of a moment, oldest first, of each table one more than `MOST` at most.
    `list_query` filters the admin's list of `model` to the same rows, or to most of them.
    """

    name: str
    title: str
    advice: str
    permission: str
    find: Callable[[datetime], Iterator[Issue]]
    model: str = ""
    list_query: str = ""


def _unpaid_invoices(_at: datetime) -> Iterator[Issue]:
    tried = Invoice.objects.filter(status=InvoiceStatus.OPEN, attempts__gt=0)
    for each in tried.select_related("wallet__customer").order_by("issued_at", "pk")[: MOST + 1]:
        tries = "Charged once" if each.attempts == 1 else f"Charged {each.attempts} times"
        again = each.next_attempt_at
        says = f"{tries}, next on {again:%Y-%m-%d}" if again else f"{tries}, not again by itself"
        yield Issue(each, each.wallet, _total(each), each.issued_at, says)


def _unpaid_plans(_at: datetime) -> Iterator[Issue]:
    unpaid = Subscription.objects.filter(status=SubscriptionStatus.UNPAID)
    found = unpaid.select_related("wallet__customer", "version__package")
    for each in found.order_by("period_start", "pk")[: MOST + 1]:
        since = each.period_start or each.created_at
        yield Issue(each, each.wallet, "", since, str(each.version))


def _waiting_checkouts(at: datetime) -> Iterator[Issue]:
    over = Q(expires_at__lt=at - PATIENCE)
    top_ups = TopUp.objects.filter(over, status=TopUpStatus.PENDING)
    for each in top_ups.select_related("wallet__customer").order_by("expires_at")[: MOST + 1]:
        yield Issue(each, each.wallet, _total(each), each.expires_at, "A top-up")
    plans = Subscription.objects.filter(over, status=SubscriptionStatus.INCOMPLETE)
    found = plans.select_related("wallet__customer", "version__package")
    for plan in found.order_by("expires_at")[: MOST + 1]:
        yield Issue(plan, plan.wallet, "", plan.expires_at, str(plan.version))


def _refunds(at: datetime) -> Iterator[Issue]:
    """Those that did not reach the customer, and those whose credits were left in the wallet."""
    taken_back = Clawback.objects.filter(wallet=OuterRef("wallet"), reference=OuterRef("stripe_id"))
    stuck = Q(status__in=(RefundStatus.FAILED, RefundStatus.REQUIRES_ACTION))
    left = Q(status__in=WENT_BACK) & ~Exists(taken_back)
    recent = Refund.objects.filter(created_at__gt=at - timedelta(days=REFUND_DAYS))
    found = recent.filter(stuck | left).select_related("wallet__customer")
    for each in found.order_by("created_at", "pk")[: MOST + 1]:
        is_left = each.status in WENT_BACK
        says = "Credits not taken back" if is_left else each.get_status_display()
        yield Issue(each, each.wallet, _total(each), each.created_at, says)


def _chargebacks(_at: datetime) -> Iterator[Issue]:
    contested = MirroredChargeback.objects.filter(stripe_data__status__in=OPEN_CHARGEBACKS)
    found = list(contested.select_related("charge").order_by("created", "pk")[: MOST + 1])
    payers = {each.charge.customer_id for each in found if each.charge}
    named = StripeCustomer.objects.filter(stripe_id__in=payers, customer__wallet__isnull=False)
    found_wallets = named.select_related("customer__wallet")
    wallets = {each.stripe_id: each.customer.wallet for each in found_wallets}
    for each in found:
        told = each.stripe_data
        wallet = wallets.get(each.charge.customer_id) if each.charge else None
        total = money(told["amount"], told["currency"])
        yield Issue(each, wallet, total, each.created, OPEN_CHARGEBACKS[told["status"]])


def _events(at: datetime) -> Iterator[Issue]:
    late = Q(state=StripeEventState.RECEIVED, received_at__lt=at - EVENT_PATIENCE)
    found = StripeEvent.objects.filter(Q(state=StripeEventState.DEAD) | late).defer("payload")
    for each in found.order_by("received_at", "pk")[: MOST + 1]:
        says = each.error.strip().splitlines()[-1] if each.error.strip() else "No worker took it"
        yield Issue(each, None, "", each.received_at, f"{each.get_state_display()}: {says}")


def _total(sale: Invoice | TopUp | Refund) -> str:
    return money(sale.total_cents, sale.currency)


ISSUE_KINDS = (
    IssueKind(
        name="payments",
        title="Overdue payments",
        advice="Stripe charges the card again by itself. Where it will not, ask the customer to"
        " pay on the invoice's page, or end the plan.",
        permission="billing.view_invoice",
        find=_unpaid_invoices,
        model="billing_invoice",
        list_query="status__exact=open",
    ),
    IssueKind(
        name="plans",
        title="Unpaid plans",
        advice="Stripe gave up charging, and no credits come in. Have the invoice paid, or end"
        " the plan.",
        permission="billing.view_subscription",
        find=_unpaid_plans,
        model="billing_subscription",
        list_query="status__exact=unpaid",
    ),
    IssueKind(
        name="checkouts",
        title="Checkouts that did not end",
        advice="Money from a bank may take days. Else Stripe could not be asked, or does not say:"
        " look at the payment there. It is asked again every few minutes.",
        permission="billing.view_topup",
        find=_waiting_checkouts,
        model="billing_topup",
        list_query="status__exact=pending",
    ),
    IssueKind(
        name="refunds",
        title=f"Refunds of the last {REFUND_DAYS} days",
        advice="What failed did not reach the customer: pay it in another way. Of what was paid"
        " back claw back the credits, with Stripe's id of the refund as the reference.",
        permission="billing.view_refund",
        find=_refunds,
        model="billing_refund",
    ),
    IssueKind(
        name="chargebacks",
        title="Open chargebacks",
        advice="Answer at Stripe before its date. Where the bank decides for the customer, claw"
        " back what the payment had brought.",
        permission="billing.view_refund",
        find=_chargebacks,
    ),
    IssueKind(
        name="events",
        title="Stripe's events that stand still",
        advice="Mend what the error names, then replay. Where many wait, see that a worker runs.",
        permission="billing.view_stripeevent",
        find=_events,
        model="billing_stripeevent",
        list_query="state__exact=dead",
    ),
)

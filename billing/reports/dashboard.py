"""Money and Stripe's events, for the front of the operators' admin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Q, Sum

from billing.models import Interval, Invoice, InvoiceStatus, StripeEvent, Subscription
from billing.models.subscription import LIVE, OVERDUE
from creditsite.kernel import clock

REVENUE_DAYS = 30
MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class MoneyNow:
    """Payments of the last days and what plans bring, in cents of `CREDIT_CURRENCY`.

    `monthly_cents` is what running plans come to in a month at their list prices.
    """

    paid_cents: int
    payments: int
    plans: int
    monthly_cents: int
    overdue: int
    open_invoices: int


@dataclass(frozen=True)
class EventsNow:
    """Stripe's events that wait for a worker, and those that could not be processed."""

    waiting: int
    dead: int


def money_now() -> MoneyNow:
    """Return the figures of now. Two queries."""
    since = clock.now() - timedelta(days=REVENUE_DAYS)
    ours = Invoice.objects.filter(currency=settings.CREDIT_CURRENCY)
    paid = Q(status=InvoiceStatus.PAID, paid_at__gte=since)
    billed = ours.filter(paid | Q(status=InvoiceStatus.OPEN)).aggregate(
        cents=Sum("total_cents", filter=paid),
        payments=Count("pk", filter=paid & Q(total_cents__gt=0)),
        open=Count("pk", filter=Q(status=InvoiceStatus.OPEN)),
    )
    running = Subscription.objects.filter(
        status__in=LIVE[1:], version__currency=settings.CREDIT_CURRENCY
    )
    price, interval = "version__price_cents", "version__interval"
    plans = running.aggregate(
        count=Count("pk"),
        monthly=Sum(price, filter=Q(**{interval: Interval.MONTH})),
        yearly=Sum(price, filter=Q(**{interval: Interval.YEAR})),
        overdue=Count("pk", filter=Q(status__in=OVERDUE)),
    )
    return MoneyNow(
        paid_cents=billed["cents"] or 0,
        payments=billed["payments"],
        plans=plans["count"],
        monthly_cents=(plans["monthly"] or 0) + (plans["yearly"] or 0) // MONTHS_A_YEAR,
        overdue=plans["overdue"],
        open_invoices=billed["open"],
    )


def events_now() -> EventsNow:
    """Return how the inbox stands. One query."""
    unsettled = StripeEvent.objects.filter(state__in=("received", "dead"))
    found = unsettled.aggregate(
        waiting=Count("pk", filter=Q(state="received")), dead=Count("pk", filter=Q(state="dead"))
    )
    return EventsNow(**found)

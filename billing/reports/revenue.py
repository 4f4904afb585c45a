"""The report of revenue: what was paid, paid back, and comes again every month."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date
from decimal import Decimal

from django.conf import settings
from django.db import connection
from django.db.models import Count, Sum

from billing.models import Invoice, InvoiceStatus, Package
from billing.models.refund import CAME_TO_NOTHING
from billing.reports.recurring import (
    MoveKind,
    Recurring,
    RecurringFlow,
    recurring_by_package,
    recurring_flow,
)
from creditsite.kernel.chart import Chart
from creditsite.kernel.report import (
    Column,
    Report,
    ReportRange,
    ReportTable,
    Unit,
    Value,
    roll_forward,
)

# Sales of packages by Stripe's time of the payment where its invoice is known.
PAID = """
    SELECT FALSE, date_trunc(%(step)s, at, 'UTC'), package_id, count(*), sum(cents)::bigint
    FROM (
        SELECT coalesce(i.paid_at, a.created_at) AS at, v.package_id, a.paid_cents AS cents
        FROM billing_allocation AS a
        INNER JOIN billing_packageversion AS v ON v.id = a.version_id
        LEFT JOIN billing_invoice AS i ON i.stripe_id = a.stripe_invoice_id
        WHERE a.currency = %(currency)s
        UNION ALL
        SELECT paid_at, NULL, total_cents FROM billing_topup
        WHERE status = 'paid' AND currency = %(currency)s
    ) AS payments
    WHERE at >= %(begins_at)s AND at < %(ends_at)s GROUP BY 2, 3
"""
REFUNDED = """
    SELECT TRUE, date_trunc(%(step)s, created_at, 'UTC'), NULL, count(*), sum(total_cents)::bigint
    FROM billing_refund
    WHERE created_at >= %(begins_at)s AND created_at < %(ends_at)s AND currency = %(currency)s
        AND status <> ALL(%(nothing)s)
    GROUP BY 2
"""
TOP_UPS = None
# A package's id, or that it was a top-up.
Sale = int | None


@dataclass(frozen=True)
class Paid:
    """Payments and what they come to, in cents."""

    payments: int = 0
    cents: int = 0

    def __add__(self, other: Paid) -> Paid:
        return Paid(self.payments + other.payments, self.cents + other.cents)


@dataclass
class Period:
    """What was paid in a period by what for, and what was paid back."""

    sales: dict[Sale, Paid] = field(default_factory=lambda: defaultdict(Paid))
    refunds: Paid = field(default_factory=Paid)

    @property
    def top_ups(self) -> int:
        return self.sales[TOP_UPS].cents

    @property
    def gross(self) -> int:
        return sum(paid.cents for paid in self.sales.values())

    @property
    def packages(self) -> int:
        return self.gross - self.top_ups

    @property
    def net(self) -> int:
        return self.gross - self.refunds.cents


def revenue(chosen: ReportRange) -> Report:
    """Return revenue by period, what moved recurring revenue, and revenue by package.

    In `CREDIT_CURRENCY`, from payments that brought credits and from refunds at Stripe.
    """
    periods = revenue_periods(chosen)
    recurring = recurring_flow(chosen)
    return Report(
        tables=[
            _by_period(chosen, periods, recurring),
            _recurring_table(chosen, recurring),
            _by_package(periods, recurring_by_package(chosen)),
            _invoices_table(chosen, periods),
        ],
        chart=revenue_chart(chosen, periods),
    )


def revenue_periods(chosen: ReportRange) -> dict[date, Period]:
    """Return what was paid and paid back, by the first days of periods. One query."""
    periods = {start: Period() for start in chosen.periods()}
    values = {
        "begins_at": chosen.begins_at,
        "ends_at": chosen.ends_at,
        "step": chosen.step.value,
        "currency": settings.CREDIT_CURRENCY,
        "nothing": list(CAME_TO_NOTHING),
    }
    with connection.cursor() as cursor:
        cursor.execute(f"{PAID} UNION ALL {REFUNDED}", values)
        for is_refund, at, package, *sums in cursor.fetchall():
            period = periods[max(at.astimezone(UTC).date(), chosen.first)]
            if is_refund:
                period.refunds += Paid(*sums)
            else:
                period.sales[package] += Paid(*sums)
    return periods


def _by_period(
    chosen: ReportRange, periods: dict[date, Period], recurring: RecurringFlow
) -> ReportTable:
    rows: list[tuple[Value, ...]] = []
    stands = recurring.opening
    for start, period in periods.items():
        stands = sum(recurring.periods[start].values(), stands)
        rows.append(
            (
                *(start, period.packages, period.top_ups, period.gross),
                *(-period.refunds.cents, period.net, stands.plans, stands.cents),
            )
        )
    return ReportTable(
        name="revenue",
        title=f"Revenue by {chosen.step.value}",
        columns=(
            Column(chosen.unit, Unit.PERIOD),
            *(Column(label, Unit.MONEY) for label in ("Packages", "Top-ups", "Gross")),
            *(Column(label, Unit.MONEY) for label in ("Refunds", "Net")),
            Column("Plans at the end", Unit.COUNT),
            Column("MRR at the end", Unit.MONEY),
        ),
        rows=rows,
        notes=[
            "Gross is what was paid, after discounts. Refunds count on the day they were made.",
            "MRR is what running plans come to in a month at their list prices.",
        ],
    )


def _recurring_table(chosen: ReportRange, recurring: RecurringFlow) -> ReportTable:
    moved = {
        start: [kinds.get(kind, Recurring()).cents for kind in MoveKind]
        for start, kinds in recurring.periods.items()
    }
    return ReportTable(
        name="recurring",
        title=f"What moved monthly recurring revenue, by {chosen.step.value}",
        columns=(
            Column(chosen.unit, Unit.PERIOD),
            Column("Before", Unit.MONEY),
            *(Column(kind.value.capitalize(), Unit.MONEY) for kind in MoveKind),
            Column("After", Unit.MONEY),
        ),
        rows=roll_forward(recurring.opening.cents, moved),
        notes=["Returned: a plan of a customer who had another before, which ended."],
    )


def _by_package(periods: dict[date, Period], recurring: dict[int, Recurring]) -> ReportTable:
    sums: dict[Sale, Paid] = defaultdict(Paid)
    for period in periods.values():
        for sale, paid in period.sales.items():
            sums[sale] += paid
    names = dict(Package.objects.values_list("pk", "name"))
    shown = sorted(
        (package for package in names if package in sums or package in recurring),
        key=lambda package: (-sums[package].cents, names[package]),
    )
    rows: list[tuple[Value, ...]] = []
    for package in shown:
        stands = recurring.get(package, Recurring())
        paid = sums[package]
        rows.append((names[package], paid.payments, paid.cents, stands.plans, stands.cents))
    rows.append(("Top-ups", sums[TOP_UPS].payments, sums[TOP_UPS].cents, None, None))
    return ReportTable(
        name="packages",
        title="By package",
        columns=(
            Column("Package", Unit.TEXT),
            Column("Payments", Unit.COUNT),
            Column("Gross", Unit.MONEY),
            Column("Plans at the end", Unit.COUNT),
            Column("MRR at the end", Unit.MONEY),
        ),
        rows=rows,
    )


def _invoices_table(chosen: ReportRange, periods: dict[date, Period]) -> ReportTable:
    billed = Invoice.objects.filter(
        status=InvoiceStatus.PAID,
        currency=settings.CREDIT_CURRENCY,
        paid_at__gte=chosen.begins_at,
        paid_at__lt=chosen.ends_at,
        total_cents__gt=0,
    ).aggregate(count=Count("pk"), cents=Sum("total_cents"))
    gross = sum(period.gross for period in periods.values())
    cents = billed["cents"] or 0
    return ReportTable(
        name="invoices",
        title="Against Stripe's invoices",
        columns=(Column("Side", Unit.TEXT), Column("Sum", Unit.MONEY)),
        rows=[
            ("Gross above", gross),
            (f"Invoices paid in these days: {billed['count']:,}", cents),
            ("Difference", gross - cents),
        ],
        notes=["They differ while an event is on its way, and by what was sold elsewhere."],
    )


def revenue_chart(chosen: ReportRange, periods: dict[date, Period]) -> Chart:
    """Return the chart of what was paid and paid back."""
    return chosen.chart(
        ["Packages", "Top-ups", "Refunds"],
        [
            [Decimal(cents) / 100 for cents in (each.packages, each.top_ups, -each.refunds.cents)]
            for each in periods.values()
        ],
        measure=settings.CREDIT_CURRENCY.upper(),
    )

"""What the page of a wallet lists of its customer's plans and payments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.urls import reverse

from billing.models import Invoice, Refund, Subscription
from creditsite.kernel.formatting import money
from wallet.admin.tables import Cell, Table, moment
from wallet.models import Wallet

NEWEST = 10


def billing_tables(wallet: Wallet) -> Iterator[Table]:
    """Yield the newest plans, invoices and refunds of the wallet, as far as there are any."""
    subscriptions = (
        Subscription.objects.filter(wallet=wallet)
        .select_related("version__package")
        .order_by("-created_at")[:NEWEST]
    )
    if subscriptions:
        yield _subscriptions(subscriptions)
    invoices = Invoice.objects.filter(wallet=wallet).order_by("-issued_at", "-pk")[:NEWEST]
    if invoices:
        yield invoices_table(invoices)
    refunds = Refund.objects.filter(wallet=wallet).order_by("-created_at", "-pk")[:NEWEST]
    if refunds:
        yield _refunds(refunds)


def _subscriptions(subscriptions: Iterable[Subscription]) -> Table:
    return Table(
        title="Plans",
        heads=("Terms", "Status", "Begun", "Paid until", "Ends"),
        rows=[
            [
                Cell(
                    str(each.version),
                    reverse("admin:billing_subscription_change", args=[each.pk]),
                ),
                Cell(each.get_status_display()),
                moment(each.created_at),
                moment(each.period_end, never=""),
                moment(each.ended_at or each.cancels_at, never=""),
            ]
            for each in subscriptions
        ],
    )


def _refunds(refunds: Iterable[Refund]) -> Table:
    return Table(
        title="Refunds",
        heads=("Stripe refund", "Status", "Made", "Total"),
        rows=[
            [
                Cell(str(each), reverse("admin:billing_refund_change", args=[each.pk])),
                Cell(each.get_status_display()),
                moment(each.created_at),
                Cell(money(each.total_cents, each.currency), is_number=True),
            ]
            for each in refunds
        ],
    )


def invoices_table(invoices: Iterable[Invoice]) -> Table:
    """Return a table of invoices, in their order."""
    return Table(
        title="Invoices",
        heads=("Number", "For", "Status", "Issued", "Total", "Charged", "Next try"),
        rows=[
            [
                Cell(str(each), reverse("admin:billing_invoice_change", args=[each.pk])),
                Cell(each.label),
                Cell(each.get_status_display()),
                moment(each.issued_at),
                Cell(money(each.total_cents, each.currency), is_number=True),
                Cell(f"{each.attempts} times"),
                moment(each.next_attempt_at, never=""),
            ]
            for each in invoices
        ],
        empty="No invoice was issued yet.",
    )

"""What the pages of a wallet and of an entry tell of plans and payments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.urls import reverse

from billing.models import Invoice, Refund, Subscription
from billing.reports.sales import SaleOfEntry, sale_of_entry
from creditsite.kernel.formatting import money
from wallet.admin.tables import Cell, Table, moment
from wallet.models import EntryKind, LedgerEntry, Wallet

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


def sale_tables(entry: LedgerEntry) -> Iterator[Table]:
    """Yield the sale that brought the entry's credits, where they were sold."""
    sale = sale_of_entry(entry.pk) if entry.kind == EntryKind.GRANT else None
    if sale is None:
        return
    invoice = sale.invoice
    number = Cell(str(invoice), _page("invoice", invoice.pk)) if invoice else Cell("")
    yield Table(
        title="Sale",
        heads=("What", "Paid", "Invoice"),
        rows=[[_sold(sale), Cell(money(sale.cents, sale.currency), is_number=True), number]],
    )


def _sold(sale: SaleOfEntry) -> Cell:
    if sale.top_up:
        return Cell("A top-up", _page("topup", sale.top_up))
    assert sale.period
    first, last = (f"{moment:%Y-%m-%d}" for moment in sale.period)
    return Cell(f"{sale.plan}, {first} to {last}", _page("subscription", sale.subscription))


def _page(model: str, row_id: object) -> str:
    return reverse(f"admin:billing_{model}_change", args=[row_id])

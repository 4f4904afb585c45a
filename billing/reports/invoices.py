"""A customer's invoices, a page at a time, and what of them is overdue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from billing.models import Invoice, InvoiceStatus, Subscription
from billing.models.subscription import OVERDUE
from creditsite.kernel.keyset import keyset_page
from wallet.models import Wallet


@dataclass(frozen=True)
class InvoiceRow:
    """An invoice as the list shows it."""

    id: int
    number: str
    label: str
    status: str
    status_label: str
    total_cents: int
    currency: str
    issued_at: datetime
    page_url: str
    pdf_url: str


@dataclass(frozen=True)
class InvoicePage:
    """A page of invoices, and where the newer and older ones begin; None: there are none."""

    invoices: list[InvoiceRow]
    newer_than: int | None
    older_than: int | None


@dataclass(frozen=True)
class OverduePayment:
    """A plan's payment that did not go through; `pay_url` is Stripe's page for it, if known."""

    plan: str
    pay_url: str


def invoice_page(
    wallet: Wallet, *, before: int | None = None, after: int | None = None, size: int = 25
) -> InvoicePage:
    """Return a page of the wallet's invoices, newest first, by keyset on their ids."""
    page = keyset_page(Invoice.objects.filter(wallet=wallet), before=before, after=after, size=size)
    return InvoicePage([_row(invoice) for invoice in page.rows], page.newer_than, page.older_than)


def _row(invoice: Invoice) -> InvoiceRow:
    return InvoiceRow(
        id=invoice.pk,
        number=invoice.number,
        label=invoice.label,
        status=invoice.status,
        status_label=InvoiceStatus(invoice.status).label,
        total_cents=invoice.total_cents,
        currency=invoice.currency,
        issued_at=invoice.issued_at,
        page_url=invoice.page_url,
        pdf_url=invoice.pdf_url,
    )


def overdue_payment(customer_id: int) -> OverduePayment | None:
    """Return the customer's payment that is overdue. One query."""
    found = (
        Subscription.objects.filter(wallet__customer_id=customer_id, status__in=OVERDUE)
        .select_related("version__package")
        .first()
    )
    return OverduePayment(found.version.package.name, found.pay_url) if found else None

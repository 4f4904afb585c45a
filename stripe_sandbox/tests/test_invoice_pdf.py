"""The PDF of an invoice: a file that readers open, with the invoice's texts."""

import re
import zlib

from stripe_sandbox.pages.invoice_pdf import invoice_pdf
from stripe_sandbox.pages.printed_invoice import PrintedInvoice, PrintedLine
from stripe_sandbox.tests.shop import Shop
from stripe_sandbox.tests.subscriber import Subscriber


def texts_of(pdf: bytes) -> list[str]:
    """Return what the pages of a PDF write, in its order."""
    assert pdf.startswith(b"%PDF-1.") and pdf.rstrip().endswith(b"%%EOF")
    streams = re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)
    pages = b"".join(zlib.decompress(stream) for stream in streams)
    shown = re.findall(rb"\(((?:[^()\\]|\\.)*)\) Tj", pages)
    return [re.sub(rb"\\(.)", rb"\1", text).decode("cp1252") for text in shown]


def test_the_file_says_what_the_page_says(shop: Shop) -> None:
    buyer = Subscriber(shop)
    buyer.subscribe(description="For the (new) team – Łódź")
    [invoice] = buyer.invoices()
    answer = shop.http.get(invoice["invoice_pdf"])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    name = f'inline; filename="Invoice-{invoice["number"]}.pdf"'
    assert answer.headers["content-disposition"] == name
    texts = texts_of(answer.content)
    assert texts[0] == "Invoice – paid"
    for text in (
        invoice["number"],
        "1 January 2026, Visa ending in 4242",
        "1 × Starter",
        "1 January 2026 – 1 February 2026",
        "19.99 USD",
        "For the (new) team – ?ód?",
    ):
        assert text in texts


def test_many_lines_go_on_over_pages() -> None:
    lines = [PrintedLine(f"Item {at}", "", "1", "1.00 USD") for at in range(100)]
    invoice = PrintedInvoice(
        number="A-1",
        status="Open",
        is_payable=True,
        amount_due="100.00 USD",
        seller="A shop",
        facts=[("Invoice number", "A-1")],
        lines=lines,
        totals=[("Total", "100.00 USD")],
        description="",
        footer="",
    )
    pdf = invoice_pdf(invoice)
    texts = texts_of(pdf)
    assert [text for text in texts if text.startswith("Item ")] == [
        f"Item {at}" for at in range(100)
    ]
    assert texts[-1] == "100.00 USD"
    assert texts.count("Description") == len(re.findall(rb"/Type /Page\n", pdf)) > 2

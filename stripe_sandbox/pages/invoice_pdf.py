"""An invoice as a PDF file."""

from collections.abc import Sequence

from fpdf import FPDF
from fpdf.enums import TableBordersLayout
from fpdf.fonts import FontFace

from stripe_sandbox.pages.printed_invoice import PrintedInvoice

FONT = "Helvetica"
# What PDF readers' own fonts can show; other characters become question marks.
ENCODING = "cp1252"
GREY = 110


def invoice_pdf(invoice: PrintedInvoice) -> bytes:
    """Return the file: one A4 page, or more for many lines."""
    pdf = FPDF(format="A4")
    pdf.core_fonts_encoding = ENCODING
    pdf.set_title(f"Invoice {invoice.number}")
    pdf.set_margin(20)
    pdf.add_page()
    _write_head(pdf, invoice)
    _write_lines(pdf, invoice)
    _write_totals(pdf, invoice)
    for text in filter(None, (invoice.description, invoice.footer)):
        pdf.ln(6)
        pdf.multi_cell(0, 5, known(text))
    return bytes(pdf.output())


def known(text: str) -> str:
    """Return a text with nothing but characters of the fonts."""
    return text.encode(ENCODING, "replace").decode(ENCODING)


def _write_head(pdf: FPDF, invoice: PrintedInvoice) -> None:
    pdf.set_font(FONT, "B", 20)
    pdf.cell(0, 10, known(f"Invoice – {invoice.status.lower()}"), new_x="LMARGIN", new_y="NEXT")
    pdf.set_font(FONT, "", 10)
    pdf.cell(0, 6, known(invoice.seller), new_x="LMARGIN", new_y="NEXT")
    pdf.set_text_color(GREY)
    pdf.cell(0, 6, "Made by the Stripe sandbox. Nobody owes it.", new_x="LMARGIN", new_y="NEXT")
    pdf.set_text_color(0)
    pdf.ln(4)
    _write_table(pdf, invoice.facts, widths=(1, 3), aligned=("LEFT", "LEFT"))
    pdf.ln(6)


def _write_lines(pdf: FPDF, invoice: PrintedInvoice) -> None:
    rows = [("Description", "Quantity", "Amount")]
    for line in invoice.lines:
        period = f"\n{line.period}" if line.period else ""
        rows.append((f"{line.description}{period}", line.quantity, line.amount))
    aligned = ("LEFT", "RIGHT", "RIGHT")
    _write_table(pdf, rows, widths=(6, 1, 2), aligned=aligned, headed=True)


def _write_totals(pdf: FPDF, invoice: PrintedInvoice) -> None:
    pdf.ln(2)
    _write_table(pdf, invoice.totals, widths=(7, 2), aligned=("LEFT", "RIGHT"))


def _write_table(
    pdf: FPDF,
    rows: Sequence[tuple[str, ...]],
    *,
    widths: tuple[int, ...],
    aligned: tuple[str, ...],
    headed: bool = False,
) -> None:
    with pdf.table(
        col_widths=widths,
        text_align=aligned,
        first_row_as_headings=headed,
        headings_style=FontFace(emphasis="BOLD"),
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        line_height=6,
    ) as table:
        for row in rows:
            table.row([known(text) for text in row])

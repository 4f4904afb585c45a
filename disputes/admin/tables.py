"""What the page of a case lists below its fields: the evidence, put together by the system."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from creditsite.kernel.formatting import credits as show
from creditsite.kernel.formatting import money
from disputes.admin.charge_tables import charges_table, neighbours_table
from disputes.admin.queue import in_words
from disputes.models import Dispute
from disputes.reports.case_rows import CaseRows, case_rows
from disputes.reports.people import for_operators
from disputes.reports.review import PurchaseFacts, Review
from wallet.admin.tables import Cell, Table, link, moment, number


def case_tables(dispute: Dispute, review: Review) -> Iterator[Table]:
    """Yield what an operator reads before ruling, the suggestion first."""
    yield _suggestion(review)
    if review.facts:
        yield charges_table(review)
        yield neighbours_table(review)
    if review.purchase:
        yield _purchase(review.purchase)
    rows = case_rows(dispute)
    names = for_operators(rows.actors)
    parts = (
        _messages(rows, names),
        _evidence(dispute, rows),
        _rulings(rows, review),
        _earlier(review),
    )
    yield from (part for part in parts if part.rows)
    yield _risk(review)
    yield _timeline(rows, names)


def _suggestion(review: Review) -> Table:
    suggestion = review.suggestion
    sequences = {each.spend.pk: each.spend.sequence for each in review.facts}
    return Table(
        title=f"Suggested ruling: {suggestion.outcome.label.lower()}",
        heads=("Charge", "Rule", "Credits back", "Because"),
        rows=[
            [
                link(sequences[each.entry], "ledgerentry", each.entry),
                Cell(each.rule.replace("_", " ")),
                number(each.credits),
                Cell(each.reason),
            ]
            for each in suggestion.findings
        ],
        empty=suggestion.explanation,
        notes=["Found by rules over what stands below. You decide."],
    )


def _purchase(facts: PurchaseFacts) -> Table:
    purchase = facts.purchase
    invoice, currency = purchase.invoice, purchase.invoice.currency
    notes = []
    if purchase.due_cents:
        due = money(purchase.due_cents, currency)
        notes = [
            f"Refund to be made: {due}. Make it in Stripe's dashboard, then press Refund made.",
            "Then claw back the credits it brought, on the page of the wallet.",
        ]
    return Table(
        title="Payment",
        heads=("What", "Value"),
        rows=[
            [Cell("For"), Cell(invoice.label)],
            [
                Cell("Invoice"),
                Cell(
                    invoice.number or invoice.stripe_id,
                    reverse("admin:billing_invoice_change", args=[invoice.pk]),
                ),
            ],
            [Cell("Paid"), moment(invoice.paid_at)],
            [Cell("Claimed"), Cell(money(purchase.claimed_cents, currency))],
            [Cell("Granted"), Cell(money(purchase.granted_cents, currency))],
            [Cell("Paid back"), Cell(money(purchase.refunded_cents, currency))],
            [Cell("Credits it brought"), Cell(show(facts.credits))],
            [Cell("Of them still there"), Cell(show(facts.remaining))],
            [Cell("Payments like it within a day"), Cell(str(facts.alike))],
        ],
        notes=notes,
    )


def _messages(rows: CaseRows, names: dict[str, str]) -> Table:
    return Table(
        title="Messages and notes",
        heads=("When", "Who", "To", "Text"),
        rows=[
            [
                moment(message.at),
                Cell(names.get(message.actor, message.actor)),
                Cell("operators alone" if message.is_internal else "both sides"),
                Cell(message.text),
            ]
            for message in rows.messages
        ],
    )


def _evidence(dispute: Dispute, rows: CaseRows) -> Table:
    return Table(
        title="Files",
        heads=("Name", "Type", "Size", "When"),
        rows=[
            [
                Cell(
                    file.name,
                    reverse("admin:disputes_dispute_evidence", args=[dispute.pk, file.id]),
                ),
                Cell(file.type_label),
                Cell(f"{file.size:,} bytes", is_number=True),
                moment(file.at),
            ]
            for file in rows.files
        ],
    )


def _rulings(rows: CaseRows, review: Review) -> Table:
    currency = review.purchase.purchase.invoice.currency if review.purchase else ""
    return Table(
        title="Rulings",
        heads=("Level", "Outcome", "By", "Reviewed in", "In time", "Given back", "Explanation"),
        rows=[
            [
                Cell(str(ruling.level)),
                Cell(ruling.outcome_label),
                Cell(ruling.by),
                Cell(in_words(ruling.reviewed_in)),
                Cell("yes" if ruling.was_in_time else "no"),
                Cell(
                    "; ".join(f"{show(credits)} of {entry}" for credits, entry in ruling.given_back)
                    or (money(ruling.granted_cents, currency) if ruling.granted_cents else "–")
                ),
                Cell(ruling.explanation),
            ]
            for ruling in rows.rulings
        ],
    )


def _earlier(review: Review) -> Table:
    refunded = sum(1 for each in review.earlier if each.credits)
    return Table(
        title="Other disputes of the customer",
        heads=("Dispute", "Reason", "Status", "Ruling", "Credits back", "Opened"),
        rows=[
            [
                Cell(
                    str(each.dispute.pk),
                    reverse("admin:disputes_dispute_change", args=[each.dispute.pk]),
                ),
                Cell(each.dispute.get_reason_display()),
                Cell(each.dispute.get_status_display()),
                Cell(each.outcome or "–"),
                number(each.credits),
                moment(each.dispute.opened_at),
            ]
            for each in review.earlier
        ],
        notes=[f"{refunded} of {len(review.earlier)} brought credits back."]
        if review.earlier
        else [],
    )


def _risk(review: Review) -> Table:
    risk = review.risk
    levels = ", ".join(f"{count} {level}" for level, count in sorted(risk.risky.items()))
    return Table(
        title="Card payments, by Stripe's copies",
        heads=("What", "Value"),
        rows=[
            [Cell("Payments"), Cell(str(risk.payments))],
            [Cell("Contested at the bank"), Cell(str(risk.chargebacks))],
            [Cell("With a raised risk"), Cell(levels or "none")],
        ],
    )


def _timeline(rows: CaseRows, names: dict[str, str]) -> Table:
    return Table(
        title="Timeline",
        heads=("When", "What", "Who", "From", "To", "Note"),
        rows=[
            [
                moment(event.at),
                Cell(event.label),
                Cell(names.get(event.actor, event.actor)),
                Cell(event.from_label),
                Cell(event.to_label),
                Cell(event.note),
            ]
            for event in rows.timeline
        ],
    )

"""What the page of a case tells of its charges."""

from __future__ import annotations

from decimal import Decimal

from creditsite.kernel.formatting import plain_credits, signed_credits
from disputes.facts import ChargeFacts
from disputes.reports.review import Review
from wallet.admin.tables import Cell, Table, link, moment, number
from wallet.models import Grant, LedgerEntry


def charges_table(review: Review) -> Table:
    """Return the contested charges, with what each drew on and what speaks about it."""
    lots = Grant.objects.in_bulk({draw[0] for each in review.facts for draw in each.spend.draws})
    return Table(
        title="Charges",
        heads=(
            "Entry",
            "Service",
            "Price",
            "Credits",
            "Claimed",
            "Back by rulings",
            "Can come back",
            "Lots",
            "Marks",
            "When",
        ),
        rows=[_charge(each, lots) for each in review.facts],
    )


def _charge(facts: ChargeFacts, lots: dict[int, Grant]) -> list[Cell]:
    spend, charge = facts.spend, facts.charge
    drawn = [
        f"{lots[lot].get_source_display()} {lot}: {signed_credits(Decimal(credits))}"
        for lot, credits, *_ in spend.draws
    ]
    return [
        link(spend.sequence, "ledgerentry", spend.pk),
        Cell(str(spend.service)),
        Cell(_price(spend)),
        number(-spend.credits),
        number(charge.claimed),
        number(charge.refunded),
        number(facts.most),
        Cell("; ".join(drawn)),
        Cell(_marks(facts)),
        moment(spend.created_at),
    ]


def _price(spend: LedgerEntry) -> str:
    if spend.rate is None or spend.quantity is None:
        return "Credits named by the caller"
    rate = spend.rate
    each = plain_credits(rate.credits_per_unit)
    return f"{plain_credits(spend.quantity)} × {each} per {rate.unit}"


def _marks(facts: ChargeFacts) -> str:
    marks = ["run marked as failed"] if facts.is_marked_failed else []
    if facts.retries:
        marks.append(f"{facts.retries} retries under its key answered")
    if facts.repeats:
        marks.append(f"{len(facts.repeats)} like it within 10 minutes")
    if facts.spend.hold_id:
        marks.append(f"captured from hold {facts.spend.hold_id}")
    return ", ".join(marks) or "–"


def neighbours_table(review: Review) -> Table:
    """Return what the same services charged right before and after."""
    return Table(
        title="The same service within 10 minutes",
        heads=("Entry", "Quantity", "Credits", "Left", "Apart", "Marks", "Input"),
        rows=[
            [
                link(each.entry.sequence, "ledgerentry", each.entry.pk),
                number(each.entry.quantity),
                number(-each.entry.credits),
                number(each.left),
                Cell(f"{each.apart.total_seconds():+,.1f} s", is_number=True),
                Cell(
                    ", ".join(
                        mark
                        for mark, holds in (
                            ("disputed too", each.is_disputed),
                            ("same quantity", each.repeats),
                            ("run marked as failed", each.is_marked_failed),
                        )
                        if holds
                    )
                ),
                Cell(_input(each.entry)),
            ]
            for each in review.neighbours
        ],
        empty="No other charge of it.",
    )


def _input(entry: LedgerEntry) -> str:
    return ", ".join(f"{name}: {value}" for name, value in entry.metadata.items()) or "–"

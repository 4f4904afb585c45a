"""The report of credits: what was there, what came in, what went out, what is there."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from creditsite.kernel.chart import Chart
from creditsite.kernel.report import (
    Column,
    Report,
    ReportRange,
    ReportTable,
    Unit,
    roll_forward,
)
from wallet.models import EntryKind, GrantSource
from wallet.reports.flow import Flow, Moved, Origin, Ties, ledger_flow, ledger_ties, total

OTHER_GRANTS = "Other grants"
GRANTS = {
    GrantSource.SUBSCRIPTION: "Packages",
    GrantSource.TOP_UP: "Top-ups",
    GrantSource.PROMOTION: "Promotions",
    GrantSource.REFERRAL: "Referrals",
}
KINDS = {
    EntryKind.SPEND: "Spent",
    EntryKind.REVERSAL: "Reversed",
    EntryKind.EXPIRY: "Expired",
    EntryKind.CLAWBACK: "Clawed back",
    EntryKind.ADJUSTMENT: "Adjusted",
}
GRANTED = (*GRANTS.values(), OTHER_GRANTS)
LINES = (*GRANTED, *KINDS.values())
# What a colour of the chart stands for, and its lines.
SERIES = {
    "Granted": GRANTED,
    "Reversed and adjusted": ("Reversed", "Adjusted"),
    "Spent": ("Spent",),
    "Expired": ("Expired",),
    "Clawed back": ("Clawed back",),
}
ROLL_OVERS = "What rolls over into another lot stays: it is neither granted nor expired."


def credit_flow(chosen: ReportRange) -> Report:
    """Return the flow of credits by period, its sums, and whether the ledger ties."""
    flow = ledger_flow(chosen)
    return Report(
        tables=[_by_period(chosen, flow), _sums(flow), ties_table(ledger_ties())],
        chart=credit_flow_chart(chosen, flow),
    )


def line_of(origin: Origin) -> str | None:
    """Return the line that a kind and origin count in; None: both sides of a roll-over."""
    kind, source = origin
    if source == GrantSource.ROLLOVER:
        return None
    if kind == EntryKind.GRANT:
        return GRANTS.get(GrantSource(source), OTHER_GRANTS)
    return KINDS[EntryKind(kind)]


def lines_of(moved: Mapping[Origin, Moved]) -> dict[str, Moved]:
    """Return what moved, by line."""
    lines = dict.fromkeys(LINES, Moved())
    for origin, part in moved.items():
        line = line_of(origin)
        if line is not None:
            lines[line] += part
    return lines


def ties_table(ties: Ties) -> ReportTable:
    """Return both sides of the ledger's sums, now."""
    verdict = (
        "Both sides are the same: no credit and no cent came or went without an entry."
        if ties.holds
        else "The sides differ. Verify the ledger before you rely on this report."
    )
    return ReportTable(
        name="ties",
        title="Does it add up, now?",
        columns=(
            Column("Side", Unit.TEXT),
            Column("Credits", Unit.CREDITS),
            Column("Value", Unit.MONEY),
        ),
        rows=[
            ("All entries together", ties.entries_credits, ties.entries_cents),
            ("What wallets and their lots hold", ties.wallets_credits, ties.lots_cents),
            (
                "Difference",
                ties.entries_credits - ties.wallets_credits,
                ties.entries_cents - ties.lots_cents,
            ),
        ],
        notes=[verdict],
    )


def _by_period(chosen: ReportRange, flow: Flow) -> ReportTable:
    moved = {
        start: [line.credits for line in lines_of(period).values()]
        for start, period in flow.periods.items()
    }
    return ReportTable(
        name="credit-flow",
        title=f"Credits by {chosen.step.value}",
        columns=(
            Column(chosen.unit, Unit.PERIOD),
            Column("Opening", Unit.CREDITS),
            *(Column(line, Unit.CREDITS) for line in LINES),
            Column("Closing", Unit.CREDITS),
        ),
        rows=roll_forward(flow.opening.credits, moved),
        notes=[f"Opening and what moved make the closing. {ROLL_OVERS}"],
    )


def _sums(flow: Flow) -> ReportTable:
    sums = dict.fromkeys(LINES, Moved())
    for moved in flow.periods.values():
        for line, part in lines_of(moved).items():
            sums[line] += part
    return ReportTable(
        name="sums",
        title="All days together",
        columns=(
            Column("What moved", Unit.TEXT),
            Column("Entries", Unit.COUNT),
            Column("Credits", Unit.CREDITS),
            Column("Value", Unit.MONEY),
        ),
        rows=[(line, part.entries, part.credits, part.cost_cents) for line, part in sums.items()],
        notes=["The value is what was paid for these credits."],
    )


def credit_flow_chart(chosen: ReportRange, flow: Flow) -> Chart:
    """Return the chart of what came in and went out."""
    rows: list[list[Decimal]] = []
    for moved in flow.periods.values():
        lines = lines_of(moved)
        rows.append([total(lines[line] for line in series).credits for series in SERIES.values()])
    return chosen.chart(
        list(SERIES),
        rows,
        measure="credits",
    )

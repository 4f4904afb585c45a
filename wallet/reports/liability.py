"""The report of deferred revenue: credits paid for and not used, at what was paid for them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import connection

from creditsite.kernel import clock
from creditsite.kernel.report import (
    Column,
    Report,
    ReportRange,
    ReportTable,
    Unit,
    roll_forward,
)
from wallet.models import GrantSource
from wallet.reports.credit_flow import GRANTED, lines_of, ties_table
from wallet.reports.flow import Flow, ledger_flow, ledger_ties, total

# What finance calls it, and the lines of the flow of credits it is made of.
LINES = {
    "Sold": GRANTED,
    "Earned": ("Spent",),
    "Given back": ("Reversed",),
    "Breakage": ("Expired",),
    "Clawed back": ("Clawed back",),
    "Adjusted": ("Adjusted",),
}
CHARTED = ("Sold", "Earned", "Given back", "Breakage", "Clawed back")
BY_SOURCE = """
    SELECT
        source, count(*), sum(remaining), sum(value)::bigint,
        coalesce(sum(value) FILTER (WHERE days < 30), 0)::bigint,
        coalesce(sum(value) FILTER (WHERE days >= 30 AND days < 90), 0)::bigint,
        coalesce(sum(value) FILTER (WHERE days >= 90 AND days < 365), 0)::bigint,
        coalesce(sum(value) FILTER (WHERE days >= 365), 0)::bigint
    FROM (
        SELECT
            source, remaining, ledger_cents(cost_cents, credits, 0, remaining) AS value,
            extract(epoch FROM expires_at - %(now)s) / 86400 AS days
        FROM wallet_grant WHERE is_open
    ) AS lots
    GROUP BY source ORDER BY 4 DESC, source
"""


def liability(chosen: ReportRange) -> Report:
    """Return deferred revenue by period, what of it is open by source, and whether it ties."""
    flow = ledger_flow(chosen)
    return Report(
        tables=[_by_period(chosen, flow), _by_source(), ties_table(ledger_ties())],
        chart=chosen.chart(
            CHARTED,
            [
                [Decimal(sums[line]) / 100 for line in CHARTED]
                for sums in (_sums(flow, start) for start in flow.periods)
            ],
            measure=settings.CREDIT_CURRENCY.upper(),
        ),
    )


def _sums(flow: Flow, start: date) -> dict[str, int]:
    """Return the cents of a period by line."""
    lines = lines_of(flow.periods[start])
    return {name: total(lines[line] for line in parts).cost_cents for name, parts in LINES.items()}


def _by_period(chosen: ReportRange, flow: Flow) -> ReportTable:
    moved = {start: list(_sums(flow, start).values()) for start in flow.periods}
    return ReportTable(
        name="liability",
        title=f"Deferred revenue by {chosen.step.value}",
        columns=(
            Column(chosen.unit, Unit.PERIOD),
            Column("Opening", Unit.MONEY),
            *(Column(line, Unit.MONEY) for line in LINES),
            Column("Closing", Unit.MONEY),
        ),
        rows=roll_forward(flow.opening.cost_cents, moved),
        notes=[
            "Credits count at what was paid for their lot; free ones are worth nothing.",
            "What is earned leaves deferred revenue, and so does breakage: what lapsed unused.",
        ],
    )


def _by_source() -> ReportTable:
    with connection.cursor() as cursor:
        cursor.execute(BY_SOURCE, {"now": clock.now()})
        found = cursor.fetchall()
    return ReportTable(
        name="open-lots-by-source",
        title="What is deferred now, by where it came from",
        columns=(
            Column("Source", Unit.TEXT),
            Column("Lots", Unit.COUNT),
            Column("Credits left", Unit.CREDITS),
            Column("Deferred", Unit.MONEY),
            Column("Expires within 30 days", Unit.MONEY),
            Column("30 to 90 days", Unit.MONEY),
            Column("90 to 365 days", Unit.MONEY),
            Column("Later or never", Unit.MONEY),
        ),
        rows=[(GrantSource(source).label, *sums) for source, *sums in found],
        empty="No lot is open.",
    )

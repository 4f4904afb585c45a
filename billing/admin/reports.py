"""Reports of money."""

from __future__ import annotations

from billing.reports.revenue import revenue
from wallet.admin.report_pages import ReportPage
from wallet.admin.reports import READ

REVENUE = ReportPage(
    name="revenue",
    title="Revenue",
    lead="What was paid and paid back, monthly recurring revenue with what moved it, by package.",
    permission=READ,
    build=revenue,
    described="Bars of what was paid, upwards, and paid back, downwards.",
)

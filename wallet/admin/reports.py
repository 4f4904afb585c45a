"""Reports of credits: their flow, what is deferred, usage."""

from __future__ import annotations

from wallet.admin.report_pages import ReportPage
from wallet.reports.credit_flow import credit_flow
from wallet.reports.liability import liability
from wallet.reports.open_lots import open_lot_lines
from wallet.reports.service_usage import service_usage

READ = "wallet.read_reports"

CREDIT_FLOW = ReportPage(
    name="credit-flow",
    title="Credit flow",
    lead="What all wallets held, what came in from where, what went out, what they hold.",
    permission=READ,
    build=credit_flow,
    described="Bars of credits that came in, upwards, and went out, downwards.",
)
LIABILITY = ReportPage(
    name="liability",
    title="Liability",
    lead="Deferred revenue: credits that were paid for and not used yet; earned, and breakage.",
    permission=READ,
    build=liability,
    described="Bars of deferred revenue that was added, upwards, and left, downwards.",
    files={"open-lots": open_lot_lines},
)
USAGE = ReportPage(
    name="usage",
    title="Usage by service",
    lead="What all customers spent on each service, and how many runs failed.",
    permission="wallet.view_serviceday",
    build=service_usage,
    described="Bars of the credits spent, by service.",
)

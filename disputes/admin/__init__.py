"""Disputes in the operators' admin."""

from disputes.admin.dispute import DisputeAdmin
from disputes.admin.reports import DISPUTES
from disputes.admin.wallet_tables import dispute_tables
from wallet.admin.report_pages import register_report
from wallet.admin.wallet_tables import MORE_TABLES

__all__ = ["DisputeAdmin"]

MORE_TABLES.append(dispute_tables)
register_report(DISPUTES)

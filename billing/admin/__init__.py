"""Billing in the operators' admin."""

from billing.admin.issues import register_issues
from billing.admin.mirror import keep_mirror_read_only
from billing.admin.package import PackageAdmin
from billing.admin.promotion import PromotionAdmin, PromotionUseAdmin, VolumeTierAdmin
from billing.admin.refund import RefundAdmin
from billing.admin.reports import REVENUE
from billing.admin.stripe_event import StripeEventAdmin
from billing.admin.subscription import AllocationAdmin, InvoiceAdmin, SubscriptionAdmin
from billing.admin.top_up import TopUpAdmin
from billing.admin.version_move import VersionMoveAdmin
from billing.admin.wallet_tables import billing_tables, sale_tables
from wallet.admin.entry import MORE_ENTRY_TABLES
from wallet.admin.report_pages import register_report
from wallet.admin.wallet_tables import MORE_TABLES

__all__ = [
    "AllocationAdmin",
    "InvoiceAdmin",
    "PackageAdmin",
    "PromotionAdmin",
    "PromotionUseAdmin",
    "RefundAdmin",
    "StripeEventAdmin",
    "SubscriptionAdmin",
    "TopUpAdmin",
    "VersionMoveAdmin",
    "VolumeTierAdmin",
]

keep_mirror_read_only()
MORE_TABLES.append(billing_tables)
MORE_ENTRY_TABLES.append(sale_tables)
register_report(REVENUE)
register_issues()

"""The wallet in the operators' admin."""

from wallet.admin.approval_request import ApprovalRequestAdmin
from wallet.admin.compensation import CompensationAdmin
from wallet.admin.entry import LedgerEntryAdmin
from wallet.admin.grant import GrantAdmin
from wallet.admin.hold import HoldAdmin
from wallet.admin.lists import (
    ClawbackAdmin,
    ServiceDayAdmin,
    UsageDayAdmin,
    WalletEventAdmin,
    WalletNoteAdmin,
)
from wallet.admin.report_pages import register_report
from wallet.admin.reports import CREDIT_FLOW, LIABILITY, USAGE
from wallet.admin.service import ServiceAdmin
from wallet.admin.system import SystemPauseAdmin
from wallet.admin.verification import LedgerVerificationAdmin
from wallet.admin.wallet import WalletAdmin

__all__ = [
    "ApprovalRequestAdmin",
    "ClawbackAdmin",
    "CompensationAdmin",
    "GrantAdmin",
    "HoldAdmin",
    "LedgerEntryAdmin",
    "LedgerVerificationAdmin",
    "ServiceAdmin",
    "ServiceDayAdmin",
    "SystemPauseAdmin",
    "UsageDayAdmin",
    "WalletAdmin",
    "WalletEventAdmin",
    "WalletNoteAdmin",
]

for report in (CREDIT_FLOW, LIABILITY, USAGE):
    register_report(report)

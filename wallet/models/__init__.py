"""Rows of the wallet app."""

from wallet.models.approval_request import ApprovalRequest, ChangeKind, RequestStatus
from wallet.models.clawback import Clawback
from wallet.models.compensation import ChargeStatus, CompensatedCharge, Compensation
from wallet.models.entry import EntryKind, LedgerEntry
from wallet.models.event import EventKind, WalletEvent
from wallet.models.expiry_notice import ExpiryNotice
from wallet.models.grant import GRANTED_BY_HAND, Grant, GrantSource
from wallet.models.hold import Hold, HoldStatus
from wallet.models.incident import Incident
from wallet.models.ledger_hour import LedgerHour
from wallet.models.limit import LimitPeriod, SpendLimit
from wallet.models.note import WalletNote
from wallet.models.retry import EntryRetries
from wallet.models.service import Service, ServiceRate, ServiceStatus
from wallet.models.status_change import WalletStatusChange
from wallet.models.system_pause import SystemPause
from wallet.models.usage import ServiceDay, UsageDay
from wallet.models.verification import LedgerVerification
from wallet.models.wallet import Wallet, WalletStatus

__all__ = [
    "GRANTED_BY_HAND",
    "ApprovalRequest",
    "ChangeKind",
    "ChargeStatus",
    "Clawback",
    "CompensatedCharge",
    "Compensation",
    "EntryKind",
    "EntryRetries",
    "EventKind",
    "ExpiryNotice",
    "Grant",
    "GrantSource",
    "Hold",
    "HoldStatus",
    "Incident",
    "LedgerEntry",
    "LedgerHour",
    "LedgerVerification",
    "LimitPeriod",
    "RequestStatus",
    "Service",
    "ServiceDay",
    "ServiceRate",
    "ServiceStatus",
    "SpendLimit",
    "SystemPause",
    "UsageDay",
    "Wallet",
    "WalletEvent",
    "WalletNote",
    "WalletStatus",
    "WalletStatusChange",
]

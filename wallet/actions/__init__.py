"""Business verbs of the wallet: the only callers of the ledger."""

from wallet.actions.adjust import adjust_wallet
from wallet.actions.approval import (
    approve_request,
    decline_request,
    request_change,
    withdraw_request,
)
from wallet.actions.change import CreditChange, post_change
from wallet.actions.claw_back import claw_back
from wallet.actions.compensate import carry_on_compensations, compensate_some
from wallet.actions.expire import expire_grants, roll_over
from wallet.actions.grant import grant_credits
from wallet.actions.holds import HoldResult, capture_hold, place_hold, release_hold
from wallet.actions.limits import remove_limit, set_limit
from wallet.actions.note import note_wallet
from wallet.actions.open import open_wallet
from wallet.actions.outcomes import Posting, require_system_running
from wallet.actions.rates import (
    add_service,
    describe_service,
    pause_service,
    publish_rate,
    resume_service,
)
from wallet.actions.request_compensation import request_compensation
from wallet.actions.spend import BatchItem, reverse_spend, spend_batch, spend_credits
from wallet.actions.status import close_wallet, lock_wallet, pause_wallet, resume_wallet
from wallet.actions.system import pause_system, resume_system

__all__ = [
    "BatchItem",
    "CreditChange",
    "HoldResult",
    "Posting",
    "add_service",
    "adjust_wallet",
    "approve_request",
    "capture_hold",
    "carry_on_compensations",
    "claw_back",
    "close_wallet",
    "compensate_some",
    "decline_request",
    "describe_service",
    "expire_grants",
    "grant_credits",
    "lock_wallet",
    "note_wallet",
    "open_wallet",
    "pause_service",
    "pause_system",
    "pause_wallet",
    "place_hold",
    "post_change",
    "publish_rate",
    "release_hold",
    "remove_limit",
    "request_change",
    "request_compensation",
    "require_system_running",
    "resume_service",
    "resume_system",
    "resume_wallet",
    "reverse_spend",
    "roll_over",
    "set_limit",
    "spend_batch",
    "spend_credits",
    "withdraw_request",
]

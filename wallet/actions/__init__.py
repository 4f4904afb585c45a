"""Business verbs of the wallet: the only callers of the ledger."""

from wallet.actions.adjust import adjust_wallet
from wallet.actions.grant import grant_credits
from wallet.actions.open import open_wallet
from wallet.actions.rates import add_service, publish_rate
from wallet.actions.spend import spend_credits
from wallet.actions.status import pause_wallet, resume_wallet
from wallet.ledger import Posting

__all__ = [
    "Posting",
    "add_service",
    "adjust_wallet",
    "grant_credits",
    "open_wallet",
    "pause_wallet",
    "publish_rate",
    "resume_wallet",
    "spend_credits",
]

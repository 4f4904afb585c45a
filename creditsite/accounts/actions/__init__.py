"""Business verbs of the accounts app."""

from creditsite.accounts.actions.api_keys import (
    create_api_key,
    mark_api_key_used,
    revoke_api_key,
    revoke_api_keys,
)
from creditsite.accounts.actions.factors import (
    encrypt_factors_anew,
    may_reset,
    note_factor,
    reset_factors,
)

__all__ = [
    "create_api_key",
    "encrypt_factors_anew",
    "mark_api_key_used",
    "may_reset",
    "note_factor",
    "reset_factors",
    "revoke_api_key",
    "revoke_api_keys",
]

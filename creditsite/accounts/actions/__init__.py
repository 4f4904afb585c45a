"""Business verbs of the accounts app."""

from creditsite.accounts.actions.api_keys import create_api_key, mark_api_key_used, revoke_api_key

__all__ = ["create_api_key", "mark_api_key_used", "revoke_api_key"]

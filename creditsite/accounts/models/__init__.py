"""Rows of the accounts app."""

from creditsite.accounts.models.api_key import ApiKey, Scope
from creditsite.accounts.models.audit import AuditEntry
from creditsite.accounts.models.user import User

__all__ = ["ApiKey", "AuditEntry", "Scope", "User"]

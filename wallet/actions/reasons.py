"""The reason an operator owes for a change."""

from __future__ import annotations

from creditsite.kernel.texts import said_in
from wallet.errors import ReasonRequired

LONGEST_REASON = 1000


def require_reason(reason: str) -> str:
    """Return the reason without surrounding blanks; raise `ReasonRequired` where it says nothing
    or more than `LONGEST_REASON` characters."""
    text = said_in(reason)
    if not text or len(text) > LONGEST_REASON:
        raise ReasonRequired(f"Give a reason of 1 to {LONGEST_REASON:,} characters.")
    return text

"""What people write in a case: checked for its length."""

from __future__ import annotations

from disputes.errors import TextOutOfRange
from disputes.models.dispute import LONGEST_EXPLANATION, SHORTEST_EXPLANATION
from disputes.models.timeline import LONGEST_MESSAGE


def require_explanation(text: str) -> str:
    """Return what a customer says is wrong, without surrounding blanks; `TextOutOfRange`."""
    return _within(text, SHORTEST_EXPLANATION, LONGEST_EXPLANATION, "Say what is wrong")


def require_message(text: str) -> str:
    """Return a message, note, or a ruling's explanation, likewise."""
    return _within(text, 1, LONGEST_MESSAGE, "Write something")


def _within(text: str, shortest: int, longest: int, ask: str) -> str:
    said = text.strip()
    if not shortest <= len(said) <= longest:
        raise TextOutOfRange(
            f"{ask}, in {shortest} to {longest:,} characters; these are {len(said):,}.",
            shortest=shortest,
            longest=longest,
        )
    return said

"""What people write in a case: checked for its length."""

from __future__ import annotations

from creditsite.kernel.texts import require_length
from disputes.models.dispute import LONGEST_EXPLANATION, SHORTEST_EXPLANATION
from disputes.models.timeline import LONGEST_MESSAGE


def require_explanation(text: str) -> str:
    """Return what a customer says is wrong, without surrounding blanks; `TextOutOfRange`."""
    return require_length(
        text, shortest=SHORTEST_EXPLANATION, longest=LONGEST_EXPLANATION, ask="Say what is wrong"
    )


def require_message(text: str) -> str:
    """Return a message, note, or a ruling's explanation, likewise."""
    return require_length(text, longest=LONGEST_MESSAGE, ask="Write something")

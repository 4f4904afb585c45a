"""What people write, checked for its length."""

from __future__ import annotations

from creditsite.kernel.errors import TextOutOfRange


def require_length(text: str, *, shortest: int = 1, longest: int, ask: str) -> str:
    """Return the text without surrounding blanks; raise `TextOutOfRange`, which begins with `ask`
    (“Write something”), where it has too few or too many characters."""
    said = text.strip()
    if not shortest <= len(said) <= longest:
        raise TextOutOfRange(
            f"{ask}, in {shortest} to {longest:,} characters; these are {len(said):,}.",
            shortest=shortest,
            longest=longest,
        )
    return said

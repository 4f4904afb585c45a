"""What people write, checked for its length."""

from __future__ import annotations

from unicodedata import category

from creditsite.kernel.errors import TextOutOfRange

# Letters, numbers, punctuation, symbols; the rest are blanks, marks and what controls them.
SEEN = "LNPS"
# Letters and a symbol by their category, but drawn as nothing: fillers of Hangul, empty braille.
UNSEEN = "\u115f\u1160\u3164\uffa0\u2800"


def said_in(text: str) -> str:
    """Return the text without surrounding blanks; nothing where none of it can be seen."""
    is_seen = any(category(each)[0] in SEEN and each not in UNSEEN for each in text)
    return text.strip() if is_seen else ""


def require_length(text: str, *, shortest: int = 1, longest: int, ask: str) -> str:
    """Return the text without surrounding blanks; raise `TextOutOfRange`, which begins with `ask`
    (“Write something”), where it has too few or too many characters."""
    said = said_in(text)
    if not shortest <= len(said) <= longest:
        raise TextOutOfRange(
            f"{ask}, in {shortest} to {longest:,} characters; these are {len(said):,}.",
            shortest=shortest,
            longest=longest,
        )
    return said

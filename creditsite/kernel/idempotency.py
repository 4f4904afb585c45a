"""Idempotency keys: what clients may choose, and keys of our own that they can't."""

from __future__ import annotations

import re

# Printable ASCII without spaces, and without commas: servers join a header that is sent twice by
# one, and a key made of two would let either of them charge again.
CLIENT_KEY = re.compile(r"[\x21-\x2b\x2d-\x7e]{1,255}")
KEY_RULE = "1 to 255 printable ASCII characters without spaces and commas"


def internal_key(*parts: str) -> str:
    """Return a key of the system's own, such as `stripe cs_test_1`.

    It holds a space, which clients' keys can't: nobody can take it before its time.
    """
    assert len(parts) > 1
    return " ".join(parts)

"""What an authenticator app shows: the codes of RFC 6238, computed apart from what checks them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time


def code_of(key: str, *, at: float | None = None) -> str:
    """Return the six digits for a key in base32, now or at a moment."""
    step = int(time.time() if at is None else at) // 30
    digest = hmac.new(base64.b32decode(key), step.to_bytes(8, "big"), hashlib.sha1).digest()
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"

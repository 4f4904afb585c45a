"""Sign webhook bodies as Stripe does."""

import hashlib
import hmac


def signature_header(secret: str, body: bytes, at: int) -> str:
    """Return the ``Stripe-Signature`` of a body sent at this time."""
    signed = f"{at}.".encode() + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"

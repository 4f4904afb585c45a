"""The key that statements and heads are signed with: Ed25519, one for the installation."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

ALGORITHM = "Ed25519"
SEED_BYTES = 32
KEY_ID_LENGTH = 16


@dataclass(frozen=True)
class PublishedKey:
    """What anyone may know of the signing key: its short name and, in base64, its public half."""

    key_id: str
    algorithm: str
    public_key: str


def published_key() -> PublishedKey:
    """Return the public half of the key in use; `key_id` is how its SHA-256 begins, in hex."""
    public = _private_key().public_key().public_bytes_raw()
    return PublishedKey(
        key_id=hashlib.sha256(public).hexdigest()[:KEY_ID_LENGTH],
        algorithm=ALGORITHM,
        public_key=b64encode(public).decode(),
    )


def sign(text: str) -> str:
    """Return the signature of the text's UTF-8 bytes, in base64."""
    return b64encode(_private_key().sign(text.encode())).decode()


def is_signed(text: str, signature: str) -> bool:
    """Tell whether this installation's key signed the text."""
    try:
        _private_key().public_key().verify(b64decode(signature, validate=True), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _private_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(
        settings.STATEMENT_SIGNING_KEY or _seed_of(settings.SECRET_KEY)
    )


def _seed_of(secret: str) -> bytes:
    """Return a seed made from the site's secret, from which the secret can't be told."""
    derivation = HKDF(SHA256(), length=SEED_BYTES, salt=None, info=b"creditsite statement signing")
    return derivation.derive(secret.encode())

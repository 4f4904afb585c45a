"""Secrets of factors as the database keeps them: encrypted with a key made from SECRET_KEY."""

from __future__ import annotations

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from creditsite.accounts.errors import FactorUnreadable

KEY_BYTES = 32


def encrypt(text: str) -> str:
    """Return the text under the newest key."""
    return _fernet().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Return what was encrypted under SECRET_KEY or one of its fallbacks.

    Raises `FactorUnreadable`: no other text may stand in, for it could be guessed.
    """
    try:
        return _fernet().decrypt(token).decode()
    except InvalidToken as error:
        raise FactorUnreadable(
            "Your second factor can't be read any more. Please ask a colleague to reset it."
        ) from error


def encrypt_anew(token: str) -> str:
    """Return the same secret under the newest key. Raises `FactorUnreadable`."""
    return encrypt(decrypt(token))


def _fernet() -> MultiFernet:
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_key_of(secret)) for secret in secrets])


def _key_of(secret: str) -> bytes:
    derivation = HKDF(SHA256(), length=KEY_BYTES, salt=None, info=b"creditsite factors")
    return urlsafe_b64encode(derivation.derive(secret.encode()))

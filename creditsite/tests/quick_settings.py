"""What tests do without because it takes time and is not what they are about."""

from __future__ import annotations


def pytest_configure() -> None:
    """Hash passwords cheaply; let Django serve static files instead of WhiteNoise.

    WhiteNoise looks through all static files for every test client that is made. Operators come
    in by password alone, except in the tests about their second factor.
    """
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STAFF_MFA_REQUIRED = False
    settings.MIDDLEWARE = [
        name for name in settings.MIDDLEWARE if not name.startswith("whitenoise.")
    ]

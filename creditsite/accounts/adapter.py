"""What allauth does differently here."""

from __future__ import annotations

import logging
from typing import Any, ClassVar
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailConfirmationHMAC
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from qrcode import QRCode
from qrcode.image.svg import SvgPathImage

from creditsite.accounts import encryption
from creditsite.accounts.models import User

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Writes links in mails with the site's own address, never the one a request claims."""

    def get_email_confirmation_url(
        self, request: HttpRequest, emailconfirmation: EmailConfirmationHMAC
    ) -> str:
        return _at_site(super().get_email_confirmation_url(request, emailconfirmation))

    def get_reset_password_from_key_url(self, key: str) -> str:
        return _at_site(super().get_reset_password_from_key_url(key))

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Tell of what was done to an account; it is done, whether the mail can be sent or not."""
        try:
            super().send_notification_mail(*args, **kwargs)
        except OSError:
            logger.exception("A mail about an account could not be sent.")

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        """Let whoever has a second factor prove it is them with that, not by password.

        Otherwise a session from before it was set up could have the recovery codes shown.
        """
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        by_factor = [method for method in methods if method["id"] != "reauthenticate"]
        return by_factor or methods


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Keeps secrets encrypted, and draws codes so that they can stand in a page."""

    error_messages: ClassVar[dict[str, Any]] = DefaultMFAAdapter.error_messages | {
        "add_email_blocked": (
            "An account with two-factor log-in gets no new address. Remove the authenticator app, "
            "add the address, then set the app up again."
        ),
        "unverified_email": (
            "Confirm or remove the addresses of your account that are not verified, then set up "
            "two-factor log-in."
        ),
    }

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text)

    def build_totp_svg(self, url: str) -> str:
        code = QRCode(border=0, image_factory=SvgPathImage)
        code.add_data(url)
        drawn: str = code.make_image().to_string(encoding="unicode")
        return drawn


def _at_site(url: str) -> str:
    parts = urlsplit(url)
    return f"{settings.SITE_URL}{parts.path}" + (f"?{parts.query}" if parts.query else "")

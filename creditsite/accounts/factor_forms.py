"""Forms that ask for a code of an authenticator app, or for a recovery code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import get_adapter as account_adapter
from allauth.core import context, ratelimit
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django import forms
from django.core.cache import cache

if TYPE_CHECKING:
    from creditsite.accounts.models import User


class _Code(forms.Form):
    """Takes each code once, and not too many wrong ones a day.

    allauth forgets after one step that a code was used; with a tolerance it is good for longer.
    """

    user: User
    authenticator: Authenticator

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.help_text = "Six digits from your authenticator app, or one of your recovery codes."
        code.widget.attrs.pop("placeholder", None)

    def clean_code(self) -> str:
        key = f"second-factor-{self.user.pk}"
        if not ratelimit.consume(context.request, action="second_factor", key=key):
            raise account_adapter().validation_error("too_many_login_attempts")
        code: str = super().clean_code()  # type: ignore[misc]  # of allauth's form, which is mixed in
        if self.authenticator.type == Authenticator.Type.TOTP and not self._is_fresh(code):
            raise get_adapter().validation_error("incorrect_code")
        ratelimit.clear(context.request, action="second_factor", key=key)
        return code

    def _is_fresh(self, code: str) -> bool:
        steps = 2 * app_settings.TOTP_TOLERANCE + 1
        digits = "".join(filter(str.isdecimal, code))
        key = f"creditsite.totp.used.{self.authenticator.pk}.{digits}"
        return cache.add(key, True, timeout=steps * app_settings.TOTP_PERIOD)


class CodeForm(_Code, AuthenticateForm):  # type: ignore[misc]  # allauth has no types
    """Asks at log-in."""


class CodeAgainForm(_Code, ReauthenticateForm):  # type: ignore[misc]  # allauth has no types
    """Asks a session that is logged in; its key changes, as whoever knew it would rise with it."""

    def save(self) -> None:
        super().save()
        context.request.session.cycle_key()

"""People who set up and use a second factor, as a browser does it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.test import Client
from django.urls import reverse

from creditsite.accounts.models import User
from creditsite.tests.codes import code_of
from creditsite.tests.people import PASSWORD

ADMIN = "/admin/"
WHY = "/settings/second-factor/"
SET_UP = "/account/two-factor/totp/activate/"
CODES = "/account/two-factor/recovery-codes/"
AT_LOG_IN = "/account/two-factor/authenticate/"
AGAIN = "/account/two-factor/reauthenticate/"
REMOVE = "/account/two-factor/totp/deactivate/"
# A code of an authenticator app begins with this second.
START = datetime.fromisoformat("2026-03-02T10:00:00+00:00")


class Browser:
    """A person at a browser; `key` is what the authenticator app keeps."""

    def __init__(self, person: User) -> None:
        self.person = person
        self.client = Client()
        self.key = ""

    def log_in(self, then: str = "") -> Any:
        """Give address and password."""
        form = {"login": self.person.email, "password": PASSWORD, "next": then}
        return self.client.post(reverse("account_login"), form, follow=True)

    def confirm_password(self) -> None:
        self.client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    def set_up(self) -> Any:
        """Set up an authenticator app."""
        self.confirm_password()
        self.key = self.client.get(SET_UP).context["form"].secret
        return self.client.post(SET_UP, {"code": code_of(self.key)}, follow=True)

    def give_code(self, page: str, code: str = "") -> Any:
        """Type a code: the one of this moment, or another."""
        return self.client.post(page, {"code": code or code_of(self.key)}, follow=True)

    def recovery_codes(self) -> list[str]:
        codes: list[str] = self.client.get(CODES).context["unused_codes"]
        return codes

    def remove(self) -> Any:
        """Remove the app, after proving with it that it is them."""
        self.give_code(AGAIN)
        return self.client.post(REMOVE, follow=True)

    def is_in_admin(self) -> bool:
        answer = self.client.get(ADMIN)
        assert answer.status_code == 200 or answer["Location"].startswith((WHY, "/admin/login/"))
        return answer.status_code == 200


def is_at(answer: Any, path: str) -> bool:
    """Tell where an answer's redirects ended."""
    return bool(answer.request["PATH_INFO"] == path)

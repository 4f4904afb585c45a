"""Operators come into the admin, and to the API by session, with a second factor only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from creditsite.accounts.models import User

# Where in the session stands what the operator wanted to open.
WANTED = "second_factor_wanted"


def is_missing(request: HttpRequest) -> bool:
    """Tell whether an operator asks whose session lacks the second factor."""
    person = request.user
    if not (settings.STAFF_MFA_REQUIRED and isinstance(person, User) and person.is_staff):
        return False
    return not _is_proved(request, person)


def has_app(person: User) -> bool:
    """Tell whether the person set up a factor; recovery codes alone are none."""
    factors = Authenticator.objects.filter(user=person)
    return bool(factors.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())


def _is_proved(request: HttpRequest, person: User) -> bool:
    """Tell whether this session was proved by a factor that the person still has."""
    used = [
        record.get("id")
        for record in get_authentication_records(request, person)
        if record.get("method") == "mfa"
    ]
    return bool(used) and Authenticator.objects.filter(user=person, pk__in=used).exists()


class SecondFactorMiddleware:
    """Lead operators without a second factor from the admin to where they get one.

    It looks at what an address resolves to, so that no view of the admin can forget it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
    ) -> HttpResponse | None:
        assert request.resolver_match is not None
        is_admin = admin.site.name in request.resolver_match.namespaces
        # Whoever wants to leave may.
        if not is_admin or request.path == reverse("admin:logout") or not is_missing(request):
            return None
        request.session[WANTED] = request.get_full_path()
        return redirect("accounts:second_factor")

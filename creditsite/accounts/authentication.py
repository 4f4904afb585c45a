"""Who calls the API: programs with `Authorization: Bearer ck_…`, people by their session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from drf_spectacular.authentication import SessionScheme as SpectacularSessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from creditsite.accounts import second_factor
from creditsite.accounts.actions import mark_api_key_used
from creditsite.accounts.errors import SecondFactorRequired
from creditsite.accounts.models import ApiKey, User
from creditsite.kernel.errors import NextStep

if TYPE_CHECKING:
    # DRF imports this module while its own views are being imported.
    from drf_spectacular.openapi import AutoSchema

SCHEME = "Bearer"


class ApiKeyAuthentication(BaseAuthentication):
    """Let a valid key in: `request.user` is its customer, anonymous for a platform key."""

    def authenticate(self, request: Request) -> tuple[User | AnonymousUser, ApiKey] | None:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != SCHEME.lower():
            return None
        key = self._usable_key(secret.strip())
        if key is None:
            raise AuthenticationFailed("This API key is not known or was revoked.")
        mark_api_key_used(key=key)
        return key.customer or AnonymousUser(), key

    def authenticate_header(self, request: Request) -> str:
        return SCHEME

    def _usable_key(self, text: str) -> ApiKey | None:
        # A header can carry any byte; what is no key need not reach the database.
        if not text.isascii() or not text.isprintable():
            return None
        prefix, _, _ = text.partition(".")
        key = ApiKey.objects.find(prefix)
        if key is None or not key.opens_with(text):
            return None
        if key.customer and not key.customer.is_active:
            return None
        return key


class SessionAuthentication(authentication.SessionAuthentication):
    """Let whoever is logged in come in; operators hold the rule of the admin here too."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        found = super().authenticate(request)
        if found and second_factor.is_missing(request._request):
            raise SecondFactorRequired(
                "This session was logged in without a second factor.",
                next_step=NextStep("Use your second factor", reverse("accounts:second_factor")),
            )
        return found


class SessionScheme(SpectacularSessionScheme):  # type: ignore[no-untyped-call]
    """Describes sessions in the OpenAPI document."""

    target_class = SessionAuthentication  # type: ignore[assignment]


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the keys in the OpenAPI document."""

    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "An API key, `ck_…`."}

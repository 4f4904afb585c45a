"""Who may call which API view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:
    # DRF imports this module while its own views are being imported.
    from rest_framework.views import APIView


class HasScope(BasePermission):
    """Let API keys in only with the scope the view names for the method.

    A view says `scopes = {"GET": "wallet:read", …}`. A signed-in session needs no scope.
    """

    message = "This API key lacks the scope that is needed here."

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not request.user.is_authenticated and request.auth is None:
            return False
        if request.auth is None:
            return True
        scopes: dict[str, str] = getattr(view, "scopes", {})
        needed = scopes.get("GET" if request.method == "HEAD" else request.method or "")
        granted: list[str] = getattr(request.auth, "scopes", [])
        return needed is None or needed in granted

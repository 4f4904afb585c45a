"""No route of the admin and none of the API opens to an operator without a second factor."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from creditsite.accounts.models import User
from creditsite.tests.permissions.routes import Route, routes

UUIDS = ("uuid", "top_up_id", "evidence_id", "checkout_id")
NOBODYS: dict[str, Any] = defaultdict(lambda: 1, dict.fromkeys(UUIDS, UUID(int=0)))
# What does not ask who calls: the document, its page, and the key that verifies statements.
PUBLIC = {"api/schema/", "api/docs/", "api/v1/statement-key"}


def routes_under(start: str) -> list[Route]:
    found = [route for route in routes() if route.pattern.startswith(start)]
    assert len(found) > 20
    return found


@pytest.fixture
def without(settings: Settings, client: Client, operator: User) -> Client:
    """Return the browser of a superuser whose session has no second factor."""
    settings.STAFF_MFA_REQUIRED = True
    client.force_login(operator)
    return client


@pytest.mark.parametrize("method", ["get", "post"])
def test_every_route_of_the_admin_leads_to_the_factor(
    without: Client, operator: User, method: str
) -> None:
    opened: dict[str, Any] = {}
    for route in routes_under("admin/"):
        answer = getattr(without, method)(route.address(NOBODYS))
        if answer.headers.get("Location") != reverse("accounts:second_factor"):
            opened[route.pattern] = answer.status_code
            without.force_login(operator)
    assert set(opened) == {"admin/logout/"}


@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_every_route_of_the_api_refuses_the_session(without: Client, method: str) -> None:
    opened: dict[str, Any] = {}
    for route in routes_under("api/"):
        answer = getattr(without, method)(route.address(NOBODYS))
        if answer.status_code != 403 or answer.json()["code"] != "second_factor_required":
            opened[route.pattern] = answer.status_code
    assert set(opened) == PUBLIC

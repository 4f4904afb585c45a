"""Calls of the API by whoever holds a key, or is signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from creditsite.accounts.models import User
from disputes.tests.cases import EXPLANATION
from wallet.models import LedgerEntry

Call = Callable[..., Any]


def make_call(client: Client, key: str | None) -> Call:
    def call(method: str, path: str, body: object = None, **headers: str) -> Any:
        sent = {"Authorization": f"Bearer {key}"} if key else {}
        address, all_headers = f"/api/v1/{path}", {**sent, **headers}
        if body is None:
            return client.generic(method.upper(), address, headers=all_headers)
        more: dict[str, Any] = {"data": body, "content_type": "application/json"}
        return getattr(client, method)(address, headers=all_headers, **more)

    return call


def signed_in(person: User) -> Call:
    client = Client()
    client.force_login(person)
    return make_call(client, None)


def request_about(*spends: LedgerEntry, **more: object) -> dict[str, object]:
    charges = [{"entry": spend.pk} for spend in spends]
    return {"reason": "duplicate", "explanation": EXPLANATION, "charges": charges, **more}

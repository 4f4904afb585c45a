"""The matrix: who is let in by GET and by POST, asked of the site or read from `matrix.txt`."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.db import transaction
from django.test import Client

from creditsite.accounts.models import User
from creditsite.tests.permissions.routes import Route

FILE = Path(__file__).with_name("matrix.txt")
OUTSIDE = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
NOBODY = "-"
Rows = dict[str, str]


class Visitor:
    """Somebody at a browser, who leaves nothing behind."""

    def __init__(self, person: User | None) -> None:
        self.client = Client(raise_request_exception=False)
        if person:
            self.client.force_login(person)
        self.cookies = copy.deepcopy(self.client.cookies)

    def is_let_in(self, method: str, address: str) -> bool:
        """Ask for an address; whatever that brought is undone."""
        more: dict[str, Any] = {}
        if address.startswith("/api/") and method == "post":
            more = {"data": {}, "content_type": "application/json"}
        undone = transaction.atomic()
        # As Django's own test cases do, so that steps that must be outermost run inside.
        undone._from_testcase = True  # type: ignore[attr-defined]
        with undone:
            answer = getattr(self.client, method)(address, **more)
            transaction.set_rollback(True)
        self.client.cookies = copy.deepcopy(self.cookies)
        return not _is_outside(answer, address)


def _is_outside(answer: Any, address: str) -> bool:
    """Tell whether somebody was sent away: not known, not allowed, or nothing there for them."""
    if answer.status_code in {*OUTSIDE, HTTPStatus.METHOD_NOT_ALLOWED}:
        return True
    assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR or answer.status_code in {
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
    }, answer
    sent_to = answer.headers.get("Location", "").partition("?")[0]
    # The admin leads from what it has not to its front.
    has_nothing = address.startswith("/admin/") and sent_to == "/admin/"
    return has_nothing or sent_to in {"/account/login/", "/admin/login/"}


def asked(
    method: str, found: list[Route], visitors: Mapping[str, Visitor], values: Mapping[str, Any]
) -> Rows:
    """Return by row the letters of those who are let in. Routes that share a row are alike."""
    rows: Rows = {}
    for route in found:
        address = route.address(values)
        letters = "".join(
            letter for letter, who in visitors.items() if who.is_let_in(method, address)
        )
        if rows.setdefault(route.row, letters or NOBODY) != (letters or NOBODY):
            rows[route.pattern] = letters or NOBODY
    return rows


def expected(method: str) -> Rows:
    """Return what stands in the file."""
    column = {"get": 1, "post": 2}[method]
    lines = [line for line in FILE.read_text().splitlines() if line and not line.startswith("#")]
    rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    return {row[0]: row[column] for row in rows}

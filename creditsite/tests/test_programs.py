"""Calls with an API key go past what is for browsers; nothing else does."""

from __future__ import annotations

import pytest
from django.test import Client

from creditsite.accounts.actions import create_api_key
from creditsite.accounts.models import Scope, User

FOR_BROWSERS = {"Set-Cookie", "Content-Security-Policy", "X-Frame-Options"}


@pytest.fixture
def program(customer: User) -> Client:
    _, text = create_api_key(customer=customer, name="script", scopes=Scope.values)
    return Client(headers={"Authorization": f"Bearer {text}"})


def test_a_call_with_a_key_goes_past_what_is_for_browsers(program: Client) -> None:
    answer = program.get("/api/v1/wallet")
    assert answer.status_code == 200
    assert not FOR_BROWSERS & set(answer.headers)
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert answer.headers["Content-Length"] == str(len(answer.content))
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_so_does_a_refused_one(db: None) -> None:
    answer = Client(headers={"Authorization": "bearer ck_nobody.x"}).get("/api/v1/wallet")
    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_failed")
    assert answer.headers["Content-Length"] == str(len(answer.content))
    assert not FOR_BROWSERS & set(answer.headers)


def test_a_key_counts_whoever_is_logged_in(program: Client, stranger: User) -> None:
    own = program.get("/api/v1/wallet").json()["id"]
    program.force_login(stranger)
    assert program.get("/api/v1/wallet").json()["id"] == own


def test_a_call_by_session_goes_the_ordinary_way(client: Client, customer: User) -> None:
    client.force_login(customer)
    answer = client.get("/api/v1/wallet")
    assert answer.status_code == 200
    assert {"Content-Security-Policy", "X-Frame-Options"} <= set(answer.headers)
    assert "Cookie" in answer.headers["Vary"]


@pytest.mark.parametrize("path", ["/wallet/", "/api/docs/"])
def test_a_page_goes_the_ordinary_way_whatever_key_comes_along(program: Client, path: str) -> None:
    assert "Content-Security-Policy" in program.get(path).headers


def test_an_unknown_address_is_a_problem_with_a_key_too(program: Client) -> None:
    answer = program.get("/api/v1/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_an_unknown_host_is_refused_with_a_key_too(program: Client) -> None:
    answer = program.get("/api/v1/wallet", headers={"Host": "evil.example.com"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")

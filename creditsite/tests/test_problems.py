"""Refusals at the edges: problems for programs, dialogs and pages for people."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django_htmx.middleware import HtmxDetails

from creditsite.accounts.models import User
from creditsite.kernel.errors import DomainError, NextStep
from creditsite.kernel.problems import EDGE_TITLES, problem_body, problem_response, render_problem


class TooLate(DomainError):
    code = "too_late"
    title = "It is too late"
    status = 409


def refusal() -> TooLate:
    return TooLate(
        "The <window> closed.",
        next_step=NextStep("Start again", "/again/"),
        retry_after=30,
        required=Decimal("1.5000"),
    )


def page_request(**headers: str) -> HttpRequest:
    request = RequestFactory(headers=headers).post("/wallet/")
    request.user = AnonymousUser()
    request.session = SessionStore()
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]
    return request


def test_a_refusal_is_an_rfc_9457_problem() -> None:
    assert problem_body(refusal()) == {
        "type": "http://localhost:8000/problems/#too_late",
        "title": "It is too late",
        "status": 409,
        "code": "too_late",
        "detail": "The <window> closed.",
        "required": "1.5000",
        "next_step": {"label": "Start again", "url": "http://localhost:8000/again/"},
    }
    response = problem_response(refusal())
    assert response["Content-Type"] == "application/problem+json"
    assert response["Retry-After"] == "30"


def test_a_plain_request_gets_the_refusal_as_a_page(db: None) -> None:
    response = render_problem(page_request(), refusal())
    text = response.content.decode()
    assert response.status_code == 409
    assert "The &lt;window&gt; closed." in text and 'href="/again/"' in text
    assert "<html" in text


def test_a_fetch_gets_the_refusal_as_a_dialog(db: None) -> None:
    response = render_problem(page_request(**{"HX-Request": "true"}), refusal())
    text = response.content.decode()
    assert response["HX-Retarget"] == "#dialog-host"
    assert "<dialog" in text and "<html" not in text
    assert response["Retry-After"] == "30"


def test_an_unknown_address_is_a_problem_for_programs_and_a_page_for_people(
    client: Client, db: None
) -> None:
    for path in ("/api/v1/nothing", "/api/nothing", "/api/v1/entries/x"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert answer["Content-Type"] == "application/problem+json"
    page = client.get("/nothing/")
    assert page.status_code == 404
    assert page["Content-Type"].startswith("text/html")


def test_the_front_door_and_the_pulse_answer(client: Client, db: None) -> None:
    home = client.get("/")
    assert home.status_code == 200
    assert "$0.10" in home.content.decode()
    assert "unsafe" not in home["Content-Security-Policy"]
    assert client.get("/health").json() == {"status": "ok"}


def test_the_openapi_document_and_its_page_need_no_other_site(client: Client, db: None) -> None:
    schema = client.get("/api/schema/")
    assert schema.status_code == 200
    assert "/api/v1/spends" in schema.content.decode()
    docs = client.get("/api/docs/").content.decode()
    assert "https://cdn" not in docs


def test_every_code_stands_at_the_address_its_problems_point_to(client: Client, db: None) -> None:
    text = client.get("/problems/").content.decode()
    assert 'id="insufficient_credits"' in text
    assert 'id="idempotency_key_reused"' in text


def test_every_code_of_the_edges_is_listed_too(client: Client, db: None) -> None:
    text = client.get("/problems/").content.decode()
    assert all(f'id="{code}"' in text for code in EDGE_TITLES)


def test_a_form_in_an_odd_charset_is_refused_and_no_fault(client: Client, db: None) -> None:
    for charset in ("utf-16", "hex", "utf-7"):
        answer = client.generic(
            "POST",
            "/account/login/",
            "login=a",
            content_type=f"application/x-www-form-urlencoded; charset={charset}",
        )
        assert answer.status_code in {200, 400, 403}


def test_an_unknown_host_is_a_problem_for_programs(client: Client, db: None) -> None:
    answer = client.get("/api/v1/wallet", headers={"Host": "evil.example.com"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


def test_private_pages_are_kept_by_nobody(client: Client, customer: User) -> None:
    client.force_login(customer)
    for path in ("/wallet/", "/settings/api-keys/", "/account/email/", "/api/v1/wallet"):
        assert "no-store" in client.get(path)["Cache-Control"]

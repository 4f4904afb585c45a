"""Refusals at the edges: RFC 9457 problems for programs, dialogs and pages for people."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from creditsite.kernel.errors import DomainError

CONTENT_TYPE = "application/problem+json"
# Where the site lists what each code means; the `type` of every problem points there.
PROBLEMS_PATH = "/problems/"

# Titles for what Django and DRF refuse before any action of ours is reached.
EDGE_TITLES = {
    "bad_request": "The request could not be understood",
    "validation_failed": "The request is not valid",
    "parse_error": "The request body could not be read",
    "not_authenticated": "Authentication is required",
    "authentication_failed": "These credentials are not valid",
    "permission_denied": "You may not do this",
    "not_found": "There is no such thing here",
    "method_not_allowed": "This method is not allowed here",
    "not_acceptable": "No acceptable representation",
    "unsupported_media_type": "This media type is not supported",
    "throttled": "Too many requests",
    "error": "Something went wrong",
}


@dataclass(frozen=True)
class Problem:
    """What the page and the dialog show of a refusal."""

    title: str
    detail: str
    status: int
    code: str
    next_step_label: str
    next_step_url: str
    extras: list[tuple[str, str]]


def problem_body(error: DomainError) -> dict[str, Any]:
    """Return the RFC 9457 object of a refusal; decimals become strings, addresses absolute."""
    extras = {
        name: str(value) if isinstance(value, Decimal) else value
        for name, value in error.extras.items()
    }
    body: dict[str, Any] = {
        "type": _explained_at(error.code),
        "title": error.title,
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
        **extras,
    }
    if error.next_step:
        body["next_step"] = {
            "label": error.next_step.label,
            "url": f"{settings.SITE_URL}{error.next_step.url}",
        }
    return body


def _explained_at(code: str) -> str:
    return f"{settings.SITE_URL}{PROBLEMS_PATH}#{code}"


def problem_response(error: DomainError) -> JsonResponse:
    """Answer a refusal outside of DRF as `application/problem+json`."""
    response = JsonResponse(problem_body(error), status=error.status, content_type=CONTENT_TYPE)
    if error.retry_after is not None:
        response["Retry-After"] = str(error.retry_after)
    return response


def edge_problem(code: str, status: int, detail: str) -> dict[str, Any]:
    """Return the problem object of a refusal that Django or DRF made."""
    return {
        "type": _explained_at(code),
        "title": EDGE_TITLES[code],
        "status": status,
        "code": code,
        "detail": detail,
    }


def validation_problem(errors: Any) -> dict[str, Any]:
    """Return the problem object of a request whose fields are not valid, by field."""
    body = edge_problem("validation_failed", 400, "Some fields are missing or not valid.")
    body["errors"] = errors if isinstance(errors, dict) else {"non_field_errors": errors}
    return body


def edge_problem_response(code: str, status: int, detail: str) -> JsonResponse:
    """Answer what no view of the API could: an unknown address, a fault of ours."""
    return JsonResponse(
        edge_problem(code, status, detail), status=status, content_type=CONTENT_TYPE
    )


def handle_api_exception(exc: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Turn whatever an API view raised into a problem; let unknown errors through.

    DRF calls it (`EXCEPTION_HANDLER`). Any open transaction is rolled back. The answer is JSON
    whatever the client asked for, also where the refusal is about that.
    """
    if isinstance(exc, DomainError):
        set_rollback()
        return problem_response(exc)
    answered = exception_handler(exc, context)
    if answered is None:
        return None
    return JsonResponse(
        _edge_body(exc, answered),
        status=answered.status_code,
        content_type=CONTENT_TYPE,
        headers={
            name: answered[name]
            for name in ("WWW-Authenticate", "Retry-After", "Allow")
            if name in answered
        },
    )


def _edge_body(exc: Exception, response: Response) -> dict[str, Any]:
    if isinstance(exc, exceptions.ValidationError):
        return validation_problem(response.data)
    if isinstance(exc, Http404):
        return edge_problem("not_found", response.status_code, "Not found.")
    if isinstance(exc, PermissionDenied):
        return edge_problem("permission_denied", response.status_code, "You may not do this.")
    code = getattr(exc, "default_code", "error")
    detail = str(getattr(exc, "detail", "")) or EDGE_TITLES.get(code, "")
    return edge_problem(code if code in EDGE_TITLES else "error", response.status_code, detail)


def render_problem(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Show a refusal to a person: a dialog for a fetch, a full page for a plain request."""
    problem = Problem(
        title=error.title,
        detail=error.detail,
        status=error.status,
        code=error.code,
        next_step_label=error.next_step.label if error.next_step else "",
        next_step_url=error.next_step.url if error.next_step else "",
        extras=[
            (name.replace("_", " ").capitalize(), str(value))
            for name, value in error.extras.items()
            if not name.endswith("_url")
        ],
    )
    if request.headers.get("HX-Request") == "true":
        # htmx does not swap error answers, so the dialog itself arrives as a success.
        response = render(request, "components/problem_dialog.html", {"problem": problem})
        response["HX-Retarget"] = "#dialog-host"
        response["HX-Reswap"] = "innerHTML"
    else:
        back_url = request.path if request.method == "GET" else request.headers.get("Referer", "/")
        response = render(
            request,
            "problems/page.html",
            {"problem": problem, "back_url": back_url},
            status=error.status,
        )
    if error.retry_after is not None:
        response["Retry-After"] = str(error.retry_after)
    return response

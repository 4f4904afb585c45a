"""The front door and the pulse."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from operator import attrgetter

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from billing.actions import quote_top_up
from creditsite.documents import INDEX, document
from creditsite.kernel.errors import refusals
from creditsite.kernel.problems import EDGE_TITLES, edge_problem_response

OUR_PACKAGES = {"creditsite", "wallet", "billing", "disputes"}
EXAMPLE_CREDITS = (Decimal(100), Decimal(500), Decimal(1000))


@dataclass(frozen=True)
class ListedRefusal:
    """A problem code and what it means."""

    code: str
    meaning: str


def home(request: HttpRequest) -> HttpResponse:
    """Say what this is, what it costs, and how to begin."""
    rate = settings.DEFAULT_CREDIT_RATE
    examples = [
        quote_top_up(credits=credits)
        for credits in EXAMPLE_CREDITS
        if settings.TOP_UP_MINIMUM <= credits <= settings.TOP_UP_MAXIMUM
    ]
    return render(request, "home.html", {"price_per_credit": f"${rate:.2f}", "examples": examples})


def problems(request: HttpRequest) -> HttpResponse:
    """List what each problem code means; the `type` of every problem points here."""
    ours = (kind for kind in refusals() if kind.__module__.partition(".")[0] in OUR_PACKAGES)
    listed = [
        *(ListedRefusal(code, title) for code, title in EDGE_TITLES.items()),
        *(ListedRefusal(kind.code, inspect.cleandoc(kind.__doc__ or "")) for kind in ours),
    ]
    return render(
        request, "problems/list.html", {"refusals": sorted(listed, key=attrgetter("code"))}
    )


def help_page(request: HttpRequest, name: str) -> HttpResponse:
    """Show a document."""
    page = document(name)
    if page is None:
        raise Http404
    return render(request, "help.html", {"page": page, "is_index": name == INDEX})


def health(_request: HttpRequest) -> JsonResponse:
    """Answer 200 while the site and its database work; for load balancers and the runner."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


# Unlike Django's own, the views below never look into the request's body, which may be what
# is wrong with it.


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what Django itself refused: an unknown host, too many fields."""
    if _asks_the_api(request):
        detail = "The request could not be understood."
        return edge_problem_response("bad_request", HTTPStatus.BAD_REQUEST, detail)
    return HttpResponse(render_to_string("400.html"), status=HTTPStatus.BAD_REQUEST)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an unknown address."""
    if _asks_the_api(request):
        detail = "There is nothing at this address."
        return edge_problem_response("not_found", HTTPStatus.NOT_FOUND, detail)
    return HttpResponse(render_to_string("404.html", {}, request), status=HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours."""
    if _asks_the_api(request):
        detail = "This is our fault and was logged. With the same key it is safe to retry."
        return edge_problem_response("error", HTTPStatus.INTERNAL_SERVER_ERROR, detail)
    return HttpResponse(render_to_string("500.html"), status=HTTPStatus.INTERNAL_SERVER_ERROR)


def _asks_the_api(request: HttpRequest) -> bool:
    return f"{request.path}/".startswith("/api/")

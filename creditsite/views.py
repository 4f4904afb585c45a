"""The front door and the pulse."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views import defaults

from creditsite.kernel.credits import round_cents
from creditsite.kernel.errors import refusals
from creditsite.kernel.problems import edge_problem_response

OUR_PACKAGES = {"creditsite", "wallet", "billing", "disputes"}
EXAMPLE_CREDITS = (Decimal(100), Decimal(500), Decimal(1000))


@dataclass(frozen=True)
class PriceExample:
    """A round number of credits and what it costs."""

    credits: Decimal
    total_cents: int
    currency: str


@dataclass(frozen=True)
class ListedRefusal:
    """A problem code and what it means."""

    code: str
    status: int
    meaning: str


def home(request: HttpRequest) -> HttpResponse:
    """Say what this is, what it costs, and how to begin."""
    rate = settings.DEFAULT_CREDIT_RATE
    examples = [
        PriceExample(credits, round_cents(credits * rate * 100), settings.CREDIT_CURRENCY)
        for credits in EXAMPLE_CREDITS
    ]
    return render(request, "home.html", {"price_per_credit": f"${rate:.2f}", "examples": examples})


def problems(request: HttpRequest) -> HttpResponse:
    """List what each problem code means; the `type` of every problem points here."""
    ours = (kind for kind in refusals() if kind.__module__.partition(".")[0] in OUR_PACKAGES)
    listed = [
        ListedRefusal(kind.code, kind.status, inspect.cleandoc(kind.__doc__ or kind.title))
        for kind in sorted(ours, key=lambda kind: kind.code)
    ]
    return render(request, "problems/list.html", {"refusals": listed})


def health(_request: HttpRequest) -> JsonResponse:
    """Answer 200 while the site and its database work; for load balancers and the runner."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an unknown address: a problem below /api/, a page elsewhere."""
    if request.path.startswith("/api/"):
        return edge_problem_response("not_found", 404, "There is nothing at this address.")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours: a problem below /api/, a page elsewhere."""
    if request.path.startswith("/api/"):
        return edge_problem_response(
            "error", 500, "This is our fault and was logged. With the same key it is safe to retry."
        )
    return defaults.server_error(request)

"""What requests pass: the API's host, the body limit, programs' own way, caching, refusals."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.urls import Resolver404, resolve

from creditsite.kernel.errors import BodyTooLarge, DomainError, LengthRequired
from creditsite.kernel.problems import problem_response, render_problem
from creditsite.kernel.uploads import most_body_bytes

GetResponse = Callable[[HttpRequest], HttpResponse]

API_PREFIX = "/api/"
API_VERSION_PREFIX = "/api/v1/"
KEY_SCHEME = "bearer "
STRIPE_PREFIX = "/stripe/"


class ApiHostMiddleware:
    """Answer `api.example.com/v1/wallet` with what stands at `/api/v1/wallet`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        on_api_host = request.META.get("HTTP_HOST", "").lower().startswith("api.")
        if on_api_host and not request.path_info.startswith((API_PREFIX, "/static/")):
            request.path_info = f"/api{request.path_info}"
            request.path = f"/api{request.path}"
        return self.get_response(request)


class BodySizeMiddleware:
    """Refuse large bodies before they are read; DRF's parsers know no limit of their own."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if request.META.get("HTTP_TRANSFER_ENCODING") and not request.META.get("CONTENT_LENGTH"):
            # WSGI hands such a body over as an empty one.
            return problem_response(LengthRequired("Send the body with a Content-Length header."))
        if not length.isdigit() or int(length) > settings.MAX_BODY_BYTES:
            limit = most_body_bytes(request, settings.MAX_BODY_BYTES)
            if not length.isdigit() or int(length) > limit:
                return self._refuse(request, limit)
        return self.get_response(request)

    def _refuse(self, request: HttpRequest, limit: int) -> HttpResponse:
        refusal = BodyTooLarge(f"Send at most {limit:,} bytes in one request.", limit_bytes=limit)
        asks_the_api = request.path.startswith(API_PREFIX)
        return problem_response(refusal) if asks_the_api else render_problem(request, refusal)


class ProgramMiddleware:
    """Hand what programs send to its view at once: what follows is for browsers.

    Stripe's deliveries and calls with an API key prove themselves in their view; sessions, cookies
    and content policies took a third of what the server did for a delivery. The rest takes the
    ordinary way, addresses that are none of ours too.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _is_sent_by_a_program(request):
            return self.get_response(request)
        # Refuses a host that is not ours, as the ordinary way does.
        request.get_host()
        try:
            view, arguments, named = request.resolver_match = resolve(request.path_info)
        except Resolver404:
            return self.get_response(request)
        response: HttpResponse = view(request, *arguments, **named)
        if isinstance(response, SimpleTemplateResponse):
            response.render()
        if not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response


def _is_sent_by_a_program(request: HttpRequest) -> bool:
    if request.path_info.startswith(STRIPE_PREFIX):
        return True
    shows_a_key = request.META.get("HTTP_AUTHORIZATION", "")[: len(KEY_SCHEME)].lower()
    return shows_a_key == KEY_SCHEME and request.path_info.startswith(API_VERSION_PREFIX)


class PrivateCacheMiddleware:
    """Tell browsers and proxies to keep no page that says nothing else about it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class RefusalMiddleware:
    """Show a refusal that a page's action raised; API views answer theirs themselves."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, DomainError):
            return render_problem(request, exception)
        return None

"""Where a form that did its work leads."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django_htmx.http import HttpResponseClientRedirect

SEE_OTHER = 303


def go_on(request: HttpRequest, url: str) -> HttpResponse:
    """Lead the browser on to a page, which may be one of Stripe's."""
    if request.headers.get("HX-Request"):
        # A fetch can't follow a redirect to Stripe; htmx leads the whole page there.
        return HttpResponseClientRedirect(url)
    # 303: reloading the page that follows never sends the form again.
    return HttpResponse(status=SEE_OTHER, headers={"Location": url})

"""The site's addresses and, beside them, a view that does nothing, once where Stripe's are."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from creditsite.urls import handler400, handler404, handler500
from creditsite.urls import urlpatterns as site_urls

__all__ = ["handler400", "handler404", "handler500"]


@csrf_exempt
def read_body(request: HttpRequest) -> HttpResponse:
    """Read the body and answer: what any webhook costs at least."""
    request.read()
    return HttpResponse(status=200)


urlpatterns = [path("nothing/", read_body), path("stripe/nothing/", read_body), *site_urls]

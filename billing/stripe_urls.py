"""Addresses under `stripe/`: our inbox in front of dj-stripe's own view of the same path."""

from django.urls import include, path

from billing.webhooks.views import receive

urlpatterns = [
    path("webhook/<uuid:uuid>/", receive),
    # Below ours and never reached; it keeps the name by which dj-stripe finds the address.
    path("", include("djstripe.urls", namespace="djstripe")),
]

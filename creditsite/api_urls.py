"""Addresses of the API, under /api/ and at the host api.*"""

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

# The reference page of drf-spectacular has its few styles in the page itself.
reference = csp_update({"style-src": [SELF, UNSAFE_INLINE]})(
    SpectacularSwaggerSplitView.as_view(url_name="schema")
)

urlpatterns = [
    path("v1/", include("wallet.api.urls")),
    path("v1/", include("billing.api.urls")),
    path("v1/", include("disputes.api.urls")),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", reference, name="docs"),
]

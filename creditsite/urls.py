"""Addresses of the site."""

from django.contrib import admin
from django.urls import include, path

from creditsite import views
from creditsite.documents import INDEX

urlpatterns = [
    # What machines ask for stands first: each address that is tried before costs time.
    path("api/", include("creditsite.api_urls")),
    path("stripe/", include("billing.stripe_urls")),
    path("", views.home, name="home"),
    path("wallet/", include("wallet.urls")),
    path("billing/", include("billing.urls")),
    path("disputes/", include("disputes.urls")),
    path("settings/", include("creditsite.accounts.urls")),
    path("account/two-factor/", include("creditsite.accounts.factor_urls")),
    path("account/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
    path("problems/", views.problems, name="problems"),
    path("help/", views.help_page, {"name": INDEX}, name="help"),
    path("help/<path:name>/", views.help_page, name="help_page"),
    path("health", views.health, name="health"),
]

handler400 = "creditsite.views.bad_request"
handler404 = "creditsite.views.page_not_found"
handler500 = "creditsite.views.server_error"

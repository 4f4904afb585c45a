"""Addresses of the API key pages, and of the way to a second factor."""

from django.urls import path

from creditsite.accounts import views
from creditsite.accounts.factor_views import second_factor

app_name = "accounts"
urlpatterns = [
    path("api-keys/", views.api_keys, name="api_keys"),
    path("api-keys/<slug:prefix>/revoke/", views.api_key_revoke, name="api_key_revoke"),
    path("second-factor/", second_factor, name="second_factor"),
]

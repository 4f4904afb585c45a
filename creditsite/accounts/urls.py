"""Addresses of the API key pages."""

from django.urls import path

from creditsite.accounts import views

app_name = "accounts"
urlpatterns = [
    path("api-keys/", views.api_keys, name="api_keys"),
    path("api-keys/<slug:prefix>/revoke/", views.api_key_revoke, name="api_key_revoke"),
]

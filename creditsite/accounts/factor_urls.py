"""Addresses of the pages about factors: allauth's, and ours in place of one of them."""

from allauth.mfa import urls as allauth_urls
from django.urls import path

from creditsite.accounts.factor_views import ActivateAppView

urlpatterns = [
    path("totp/activate/", ActivateAppView.as_view(), name="mfa_activate_totp"),
    *allauth_urls.urlpatterns,
]

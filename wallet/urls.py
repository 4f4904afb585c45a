"""Addresses of the wallet's pages."""

from django.urls import path

from wallet.views import entries, overview

app_name = "wallet"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("figures/", overview.figures, name="figures"),
    path("history/", entries.history, name="history"),
    path("entries/<int:entry_id>/", entries.entry, name="entry"),
]

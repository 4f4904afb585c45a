"""Addresses of the wallet's pages."""

from django.urls import path

from wallet.views import entries, overview, settings, statement, usage

app_name = "wallet"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("figures/", overview.figures, name="figures"),
    path("history/", entries.history, name="history"),
    path("history/download/", entries.history_download, name="history_download"),
    path("entries/<int:entry_id>/", entries.entry, name="entry"),
    path("statement/", statement.statement, name="statement"),
    path("statement/download/", statement.statement_download, name="statement_download"),
    path("statement/verify.py", statement.verifier, name="statement_verifier"),
    path("usage/", usage.usage, name="usage"),
    path("alerts/", settings.alerts, name="alerts"),
    path("limits/", settings.limits, name="limits"),
    path("limits/<int:limit_id>/remove/", settings.limit_remove, name="limit_remove"),
]

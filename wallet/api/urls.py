"""Addresses of the wallet's part of the API, below /api/v1/."""

from django.urls import path

from wallet.api import views

urlpatterns = [
    path("wallet", views.WalletView.as_view(), name="api_wallet"),
    path("entries", views.EntryListView.as_view(), name="api_entries"),
    path("entries/<int:entry_id>", views.EntryView.as_view(), name="api_entry"),
    path("spends", views.SpendView.as_view(), name="api_spends"),
    path("services", views.ServiceListView.as_view(), name="api_services"),
]

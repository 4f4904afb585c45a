"""Addresses of the wallet's part of the API, below /api/v1/."""

from django.urls import path

from wallet.api import entries, services, spends, wallets

urlpatterns = [
    path("wallet", wallets.WalletView.as_view(), name="api_wallet"),
    path("entries", entries.EntryListView.as_view(), name="api_entries"),
    path("entries/<int:entry_id>", entries.EntryView.as_view(), name="api_entry"),
    path("spends", spends.SpendView.as_view(), name="api_spends"),
    path("services", services.ServiceListView.as_view(), name="api_services"),
]

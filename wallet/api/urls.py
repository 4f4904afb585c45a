"""Addresses of the wallet's part of the API, below /api/v1/."""

from django.urls import path

from wallet.api import batch, entries, holds, rates, spends, wallets

urlpatterns = [
    path("wallet", wallets.WalletView.as_view(), name="api_wallet"),
    path("entries", entries.EntryListView.as_view(), name="api_entries"),
    path("entries/<int:entry_id>", entries.EntryView.as_view(), name="api_entry"),
    path("spends", spends.SpendView.as_view(), name="api_spends"),
    path("spends/batch", batch.SpendBatchView.as_view(), name="api_spend_batch"),
    path("spends/<int:spend_id>/reversals", spends.ReversalView.as_view(), name="api_reversals"),
    path("holds", holds.HoldListView.as_view(), name="api_holds"),
    path("holds/<int:hold_id>", holds.HoldView.as_view(), name="api_hold"),
    path("holds/<int:hold_id>/capture", holds.CaptureView.as_view(), name="api_capture"),
    path("holds/<int:hold_id>/release", holds.ReleaseView.as_view(), name="api_release"),
    path("services", rates.ServiceListView.as_view(), name="api_services"),
]

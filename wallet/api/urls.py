"""Addresses of the wallet's part of the API, below /api/v1/."""

from django.urls import path

from wallet.api import (
    alerts,
    batch,
    entries,
    holds,
    limits,
    rates,
    spends,
    statement,
    usage,
    wallets,
)

urlpatterns = [
    path("wallet", wallets.OwnWalletView.as_view(), name="api_wallet"),
    path("wallets/<int:wallet_id>", wallets.WalletView.as_view(), name="api_wallet_by_id"),
    path("wallets/<int:wallet_id>/balance", wallets.BalanceView.as_view(), name="api_balance"),
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
    path("usage", usage.UsageView.as_view(), name="api_usage"),
    path("forecast", usage.ForecastView.as_view(), name="api_forecast"),
    path("alerts", alerts.AlertsView.as_view(), name="api_alerts"),
    path("limits", limits.LimitView.as_view(), name="api_limits"),
    path("statement", statement.StatementView.as_view(), name="api_statement"),
    path("statement-head", statement.StatementHeadView.as_view(), name="api_statement_head"),
    path("statement-key", statement.StatementKeyView.as_view(), name="api_statement_key"),
]

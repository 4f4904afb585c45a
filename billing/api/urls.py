"""Addresses of the billing API, under /api/v1/."""

from django.urls import path

from billing.api.checkouts import CheckoutListView, CheckoutView
from billing.api.invoices import InvoiceListView, PortalSessionListView
from billing.api.packages import PackageListView
from billing.api.quotes import QuoteListView
from billing.api.recommendations import RecommendationListView
from billing.api.subscription import (
    SubscriptionCancelView,
    SubscriptionChangeView,
    SubscriptionPreviewView,
    SubscriptionResumeView,
    SubscriptionView,
)

urlpatterns = [
    path("packages", PackageListView.as_view(), name="packages"),
    path("quotes", QuoteListView.as_view(), name="quotes"),
    path("checkouts", CheckoutListView.as_view(), name="checkouts"),
    path("checkouts/<uuid:checkout_id>", CheckoutView.as_view(), name="checkout"),
    path("subscription", SubscriptionView.as_view(), name="subscription"),
    path("subscription/preview", SubscriptionPreviewView.as_view(), name="subscription_preview"),
    path("subscription/change", SubscriptionChangeView.as_view(), name="subscription_change"),
    path("subscription/cancel", SubscriptionCancelView.as_view(), name="subscription_cancel"),
    path("subscription/resume", SubscriptionResumeView.as_view(), name="subscription_resume"),
    path("recommendations", RecommendationListView.as_view(), name="recommendations"),
    path("invoices", InvoiceListView.as_view(), name="invoices"),
    path("portal-sessions", PortalSessionListView.as_view(), name="portal_sessions"),
]

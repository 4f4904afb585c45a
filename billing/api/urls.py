"""Addresses of the billing API, under /api/v1/."""

from django.urls import path

from billing.api.views import CheckoutListView, CheckoutView

urlpatterns = [
    path("checkouts", CheckoutListView.as_view(), name="checkouts"),
    path("checkouts/<uuid:checkout_id>", CheckoutView.as_view(), name="checkout"),
]

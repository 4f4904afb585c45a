"""Addresses of the wallet's pages."""

from django.urls import path

from wallet import views

app_name = "wallet"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("figures/", views.figures, name="figures"),
    path("history/", views.history, name="history"),
    path("entries/<int:entry_id>/", views.entry, name="entry"),
]

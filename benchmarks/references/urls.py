"""The reference's one address."""

from django.urls import path

from benchmarks.references.token_api import SpendView

urlpatterns = [path("spends", SpendView.as_view())]

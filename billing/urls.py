"""Addresses of the pages where credits are bought."""

from django.urls import path

from billing import views

app_name = "billing"
urlpatterns = [
    path("top-up/", views.top_up, name="top_up"),
    path("quote/", views.quote, name="quote"),
    path("top-ups/<uuid:top_up_id>/", views.top_up_detail, name="top_up_detail"),
    path("top-ups/<uuid:top_up_id>/status/", views.top_up_status, name="top_up_status"),
]

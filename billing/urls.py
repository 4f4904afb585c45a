"""Addresses of the pages where credits are bought."""

from django.urls import path

from billing.views import invoices, plans, top_ups

app_name = "billing"
urlpatterns = [
    path("top-up/", top_ups.top_up, name="top_up"),
    path("quote/", top_ups.quote, name="quote"),
    path("top-ups/<uuid:top_up_id>/", top_ups.top_up_detail, name="top_up_detail"),
    path("top-ups/<uuid:top_up_id>/status/", top_ups.top_up_status, name="top_up_status"),
    path("invoices/", invoices.invoices, name="invoices"),
    path("mails/", invoices.mails, name="mails"),
    path("portal/", invoices.portal, name="portal"),
    path("plans/", plans.plans, name="plans"),
    path("plans/change/", plans.change, name="plan_change"),
    path("plans/cancel/", plans.cancel, name="plan_cancel"),
    path("plans/resume/", plans.resume, name="plan_resume"),
    path("plans/status/", plans.status, name="plan_status"),
]

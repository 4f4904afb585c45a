"""Addresses of the disputes' pages."""

from django.urls import path

from disputes.views import cases, opening

app_name = "disputes"
urlpatterns = [
    path("", cases.disputes, name="list"),
    path("new/", opening.new, name="new"),
    path("<int:dispute_id>/", cases.dispute, name="dispute"),
    path("<int:dispute_id>/messages/", cases.write, name="write"),
    path("<int:dispute_id>/appeal/", cases.appeal, name="appeal"),
    path("<int:dispute_id>/withdraw/", cases.withdraw, name="withdraw"),
    path("<int:dispute_id>/evidence/<uuid:evidence_id>/", cases.evidence, name="evidence"),
]

"""Addresses of the disputes' part of the API, below /api/v1/."""

from django.urls import path

from creditsite.kernel.uploads import takes_bodies_up_to
from disputes.api import disputes, evidence, operators

upload = takes_bodies_up_to(evidence.UPLOAD_BYTES)(evidence.EvidenceListView.as_view())

urlpatterns = [
    path("disputes", disputes.DisputeListView.as_view(), name="api_disputes"),
    path("disputes/<int:dispute_id>", disputes.DisputeView.as_view(), name="api_dispute"),
    path(
        "disputes/<int:dispute_id>/messages",
        disputes.MessageListView.as_view(),
        name="api_dispute_messages",
    ),
    path("disputes/<int:dispute_id>/evidence", upload, name="api_dispute_evidence"),
    path(
        "disputes/<int:dispute_id>/evidence/<uuid:evidence_id>",
        evidence.EvidenceView.as_view(),
        name="api_dispute_file",
    ),
    path("disputes/<int:dispute_id>/appeal", disputes.AppealView.as_view(), name="api_appeal"),
    path(
        "disputes/<int:dispute_id>/withdraw", disputes.WithdrawView.as_view(), name="api_withdraw"
    ),
    path("disputes/<int:dispute_id>/take", operators.TakeView.as_view(), name="api_take"),
    path("disputes/<int:dispute_id>/ask", operators.AskView.as_view(), name="api_ask"),
    path("disputes/<int:dispute_id>/rule", operators.RuleView.as_view(), name="api_rule"),
]

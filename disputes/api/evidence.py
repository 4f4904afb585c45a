"""Files of disputes, in the API."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creditsite.accounts.models import Scope
from creditsite.kernel.api import StrictSerializer
from disputes.access import dispute_for, dispute_to_see
from disputes.actions import add_evidence
from disputes.api.disputes import STEP_PROBLEMS
from disputes.api.serializers import EvidenceSerializer
from disputes.errors import EvidenceNotFound
from disputes.files import body_of, evidence_response
from disputes.models.timeline import EVIDENCE_BYTES
from wallet.access import actor_of
from wallet.api.wallets import READ_PROBLEMS

UPLOAD_BYTES = EVIDENCE_BYTES + 65_536


class UploadSerializer(StrictSerializer):
    """A file: PNG, JPEG, WebP, PDF or plain text, up to 5 MB."""

    file = serializers.FileField(allow_empty_file=False, max_length=255)


class EvidenceListView(APIView):
    """Handing files in."""

    scopes: ClassVar = {"POST": Scope.DISPUTES_WRITE}
    parser_classes = (MultiPartParser,)

    @extend_schema(request=UploadSerializer, responses={201: EvidenceSerializer, **STEP_PROBLEMS})
    def post(self, request: Request, dispute_id: int) -> Response:
        """Add a file to a dispute, up to five. The same file again answers the first."""
        dispute = dispute_for(request, dispute_id)
        serializer = UploadSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        file = serializer.validated_data["file"]
        evidence = add_evidence(
            dispute=dispute, name=file.name, body=body_of(file), actor=actor_of(request)
        )
        return Response(EvidenceSerializer(evidence).data, status=status.HTTP_201_CREATED)


class EvidenceView(APIView):
    """One file."""

    scopes: ClassVar = {"GET": Scope.DISPUTES_WRITE}

    @extend_schema(
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, **READ_PROBLEMS}
    )
    def get(self, request: Request, dispute_id: int, evidence_id: UUID) -> HttpResponse:
        """Download a file, as an attachment."""
        files = dispute_to_see(request, dispute_id).evidence.select_related("content")
        found = files.filter(pk=evidence_id).first()
        if found is None:
            raise EvidenceNotFound("This dispute has no such file.")
        return evidence_response(found)

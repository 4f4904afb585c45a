"""What credits are spent on, in the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creditsite.kernel.api import CreditsField
from creditsite.kernel.openapi import problems
from wallet.models import Service
from wallet.reports.prices import priced_services


class ServiceSerializer(serializers.ModelSerializer[Service]):
    """A service and its price in credits now."""

    unit = serializers.CharField(read_only=True, allow_null=True)
    credits_per_unit = CreditsField(read_only=True, allow_null=True)
    minimum_credits = CreditsField(read_only=True, allow_null=True)

    class Meta:
        model = Service
        fields = (
            "slug",
            "name",
            "description",
            "status",
            "unit",
            "credits_per_unit",
            "minimum_credits",
        )
        read_only_fields = fields


class ServiceListSerializer(serializers.Serializer[Any]):
    """All services; there is no further page."""

    data = ServiceSerializer(many=True)  # type: ignore[assignment]
    next = serializers.URLField(allow_null=True)


class ServiceListView(APIView):
    """What credits are spent on."""

    @extend_schema(responses={200: ServiceListSerializer, **problems()})
    def get(self, request: Request) -> Response:
        """List the services with their price in credits."""
        return Response(ServiceListSerializer({"data": priced_services(), "next": None}).data)

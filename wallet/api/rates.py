"""What credits are spent on, in the API."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, Subquery
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creditsite.kernel import clock
from creditsite.kernel.api import CreditsField
from creditsite.kernel.openapi import problems
from wallet.models import Service, ServiceRate


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
        in_force = ServiceRate.objects.filter(
            service=OuterRef("pk"), effective_at__lte=clock.now()
        ).order_by("-effective_at")
        services = Service.objects.annotate(
            unit=Subquery(in_force.values("unit")[:1]),
            credits_per_unit=Subquery(in_force.values("credits_per_unit")[:1]),
            minimum_credits=Subquery(in_force.values("minimum_credits")[:1]),
        )
        return Response(ServiceListSerializer({"data": services, "next": None}).data)

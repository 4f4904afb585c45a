"""Plans for sale, in the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from billing.models import Interval
from billing.reports.plans import plans_for
from creditsite.kernel.api import CreditsField
from wallet.access import wallet_for
from wallet.api.wallets import READ_PROBLEMS, WalletChoiceSerializer, query_of


class PackageSerializer(serializers.Serializer[Any]):
    """A package by the terms new sales go by."""

    slug = serializers.SlugField()
    name = serializers.CharField()
    tagline = serializers.CharField()
    features = serializers.ListField(child=serializers.CharField())
    price_cents = serializers.IntegerField()
    currency = serializers.CharField()
    interval = serializers.ChoiceField(Interval.choices)
    credits = CreditsField(help_text="For each paid period.")
    rollover = serializers.CharField(help_text="What becomes of unspent credits, in words.")
    top_up_discount = serializers.CharField(help_text="Off top-ups while subscribed, in words.")


class PackageListSerializer(serializers.Serializer[Any]):
    """All packages; there is no further page."""

    data = PackageSerializer(many=True)  # type: ignore[assignment]
    next = serializers.URLField(allow_null=True)


class PackageListView(APIView):
    """Plans for sale."""

    @extend_schema(
        parameters=[WalletChoiceSerializer], responses={200: PackageListSerializer, **READ_PROBLEMS}
    )
    def get(self, request: Request) -> Response:
        """List the packages that are offered to the customer, in the order of the plans page."""
        wallet = wallet_for(request, query_of(WalletChoiceSerializer, request).get("wallet"))
        plans = {"data": plans_for(wallet.customer, None), "next": None}
        return Response(PackageListSerializer(plans).data)

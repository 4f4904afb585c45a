"""Spending, in the API."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creditsite.accounts.models import Scope
from creditsite.kernel.api import CreditsField, MetadataField, StrictSerializer, idempotency_key
from creditsite.kernel.openapi import idempotency_key_header, problems
from wallet.access import actor_of, wallet_for
from wallet.actions import spend_credits
from wallet.api.entries import EntrySerializer
from wallet.api.wallets import LARGEST_ID


class SpendSerializer(StrictSerializer):
    """A request to spend credits."""

    wallet = serializers.IntegerField(
        required=False, min_value=1, max_value=LARGEST_ID, help_text="Platform keys only."
    )
    service = serializers.SlugField(max_length=50)
    quantity = CreditsField(help_text="Units of the service, up to four places.")
    metadata = MetadataField(required=False, default=dict)


class SpendView(APIView):
    """Spending."""

    scopes: ClassVar = {"POST": Scope.USAGE_WRITE}

    @extend_schema(
        parameters=[idempotency_key_header(required=True)],
        request=SpendSerializer,
        responses={201: EntrySerializer, **problems(400, 402, 404, 409, 411, 413, 415)},
    )
    def post(self, request: Request) -> Response:
        """Spend what a quantity of a service costs.

        The answer is the ledger entry. A replay answers it again, with
        `Idempotent-Replayed: true`.
        """
        key = idempotency_key(request, required=True)
        serializer = SpendSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        asked = serializer.validated_data
        posting = spend_credits(
            wallet_id=wallet_for(request, asked.get("wallet")).pk,
            service=asked["service"],
            quantity=asked["quantity"],
            idempotency_key=key,
            metadata=asked["metadata"],
            actor=actor_of(request),
        )
        response = Response(EntrySerializer(posting.entry).data, status=status.HTTP_201_CREATED)
        if posting.replayed:
            response["Idempotent-Replayed"] = "true"
        return response

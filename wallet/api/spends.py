"""Spending and its reversal, in the API."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creditsite.accounts.models import Scope
from creditsite.kernel.api import (
    CreditsField,
    MetadataField,
    StrictSerializer,
    WholeNumberField,
    idempotency_key,
)
from creditsite.kernel.idempotency import internal_key
from creditsite.kernel.openapi import idempotency_key_header, problems
from wallet.access import actor_of, is_platform, wallet_id_for
from wallet.actions import Posting, reverse_spend, spend_credits
from wallet.actions.reasons import LONGEST_REASON
from wallet.api.entries import EntrySerializer
from wallet.api.wallets import LARGEST_ID
from wallet.errors import SpendNotFound
from wallet.models import EntryKind, LedgerEntry

WRITE_PROBLEMS = problems(400, 402, 404, 409, 411, 413, 415, 503)


def answer_posting(posting: Posting, *, service: str = "") -> Response:
    """Answer an entry that was written, or a repeated request with the first one.

    `service` is its slug where the caller knows it, which saves looking for it.
    """
    data = EntrySerializer(posting.entry, context={"service": service}).data
    response = Response(data, status=status.HTTP_201_CREATED)
    if posting.replayed:
        response["Idempotent-Replayed"] = "true"
    return response


class SpendSerializer(StrictSerializer):
    """A request to spend credits: a quantity at the rate in force, or credits as they are."""

    wallet = WholeNumberField(
        required=False, min_value=1, max_value=LARGEST_ID, help_text="Platform keys only."
    )
    service = serializers.SlugField(max_length=50)
    quantity = CreditsField(required=False, help_text="Units of the service, up to four places.")
    credits = CreditsField(required=False, help_text="Instead of a quantity.")
    metadata = MetadataField(required=False, default=dict)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("quantity" in attrs) == ("credits" in attrs):
            raise serializers.ValidationError({"quantity": ["Name a quantity or credits."]})
        return attrs


class SpendView(APIView):
    """Spending."""

    scopes: ClassVar = {"POST": Scope.USAGE_WRITE}

    @extend_schema(
        parameters=[idempotency_key_header(required=True)],
        request=SpendSerializer,
        responses={201: EntrySerializer, **WRITE_PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        """Spend what a quantity of a service costs, or a number of credits on it.

        The answer is the ledger entry. A replay answers it again, with
        `Idempotent-Replayed: true`.
        """
        key = idempotency_key(request, required=True)
        serializer = SpendSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        asked = serializer.validated_data
        posting = spend_credits(
            wallet_id=wallet_id_for(request, asked.get("wallet")),
            service=asked["service"],
            quantity=asked.get("quantity"),
            credits=asked.get("credits"),
            idempotency_key=key,
            metadata=asked["metadata"],
            actor=actor_of(request),
        )
        return answer_posting(posting, service=asked["service"])


class ReversalSerializer(StrictSerializer):
    """A request to give credits of a spend back."""

    credits = CreditsField(required=False, help_text="All that is left, where absent.")
    reason = serializers.CharField(max_length=LONGEST_REASON)


class ReversalView(APIView):
    """Reversals of one spend."""

    scopes: ClassVar = {"POST": Scope.USAGE_WRITE}

    @extend_schema(
        parameters=[idempotency_key_header(required=False)],
        request=ReversalSerializer,
        responses={201: EntrySerializer, **problems(400, 404, 409, 411, 413, 415, 503)},
    )
    def post(self, request: Request, spend_id: int) -> Response:
        """Give credits of a spend back, in part or whole. Platform keys only.

        Send an `Idempotency-Key`: without one, a retry is a reversal of its own.
        """
        if not is_platform(request):
            raise PermissionDenied("Only the platform reverses spends. Ask it, or dispute them.")
        key = idempotency_key(request, required=False)
        serializer = ReversalSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        asked = serializer.validated_data
        spend = LedgerEntry.objects.filter(pk=spend_id, kind=EntryKind.SPEND).first()
        if spend is None:
            raise SpendNotFound("No spend has this id.")
        posting = reverse_spend(
            spend=spend,
            credits=asked.get("credits"),
            reason=asked["reason"],
            idempotency_key=key or internal_key("reversal", secrets.token_hex(16)),
            actor=actor_of(request),
        )
        return answer_posting(posting)

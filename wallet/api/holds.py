"""Holds, in the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
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
    require_no_fields,
)
from creditsite.kernel.openapi import idempotency_key_header, problems
from wallet.access import actor_of, hold_for, hold_to_settle, wallet_id_for
from wallet.actions import HoldResult, capture_hold, place_hold, release_hold
from wallet.actions.holds import LONGEST_HOLD
from wallet.api.entries import EntrySerializer
from wallet.api.spends import WRITE_PROBLEMS, answer_posting
from wallet.api.wallets import LARGEST_ID, READ_PROBLEMS
from wallet.models import Hold, HoldStatus, Service


class HoldSerializer(serializers.ModelSerializer[Hold]):
    """Credits set aside, and what became of them."""

    wallet = serializers.IntegerField(source="wallet_id")
    service = serializers.SlugRelatedField[Service](slug_field="slug", read_only=True)
    status = serializers.ChoiceField(HoldStatus.choices, source="status_now")
    metadata = serializers.DictField()

    class Meta:
        model = Hold
        fields: tuple[str, ...] = (
            "id",
            "wallet",
            "service",
            "credits",
            "captured",
            "status",
            "actor",
            "metadata",
            "created_at",
            "expires_at",
            "settled_at",
        )
        read_only_fields = fields


class PlaceHoldSerializer(StrictSerializer):
    """A request to set credits aside."""

    wallet = WholeNumberField(
        required=False, min_value=1, max_value=LARGEST_ID, help_text="Platform keys only."
    )
    service = serializers.SlugField(max_length=50)
    credits = CreditsField()
    expires_in = WholeNumberField(
        min_value=1,
        max_value=int(LONGEST_HOLD.total_seconds()),
        help_text="Seconds until it times out.",
    )
    metadata = MetadataField(required=False, default=dict)


class CaptureSerializer(StrictSerializer):
    """A request to spend what is held."""

    credits = CreditsField(required=False, help_text="All of the hold, where absent.")
    metadata = MetadataField(
        required=False, default=dict, help_text="Added to the hold's: how the work ended."
    )


class HoldListView(APIView):
    """Placing holds."""

    scopes: ClassVar = {"POST": Scope.USAGE_WRITE}

    @extend_schema(
        parameters=[idempotency_key_header(required=True)],
        request=PlaceHoldSerializer,
        responses={201: HoldSerializer, **WRITE_PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        """Set credits aside for work under way, until captured, released or timed out."""
        key = idempotency_key(request, required=True)
        serializer = PlaceHoldSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        asked = serializer.validated_data
        result = place_hold(
            wallet_id=wallet_id_for(request, asked.get("wallet")),
            service=asked["service"],
            credits=asked["credits"],
            expires_in=timedelta(seconds=asked["expires_in"]),
            idempotency_key=key,
            metadata=asked["metadata"],
            actor=actor_of(request),
        )
        return _answer_hold(result, status.HTTP_201_CREATED)


class HoldView(APIView):
    """One hold."""

    scopes: ClassVar = {"GET": Scope.WALLET_READ}

    @extend_schema(responses={200: HoldSerializer, **READ_PROBLEMS})
    def get(self, request: Request, hold_id: int) -> Response:
        """Read a hold; an overdue one is `expired` from its moment on."""
        return Response(HoldSerializer(hold_for(request, hold_id)).data)


class CaptureView(APIView):
    """Captures of one hold."""

    scopes: ClassVar = {"POST": Scope.USAGE_WRITE}

    @extend_schema(
        parameters=[idempotency_key_header(required=False)],
        request=CaptureSerializer,
        responses={201: EntrySerializer, **problems(400, 404, 409, 411, 413, 415, 503)},
    )
    def post(self, request: Request, hold_id: int) -> Response:
        """Spend up to what is held, and free the rest. The answer is the spend's entry.

        A hold settles once: the same capture again answers the first entry.
        """
        key = idempotency_key(request, required=False)
        serializer = CaptureSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        hold = hold_to_settle(request, hold_id)
        posting = capture_hold(
            hold=hold,
            credits=serializer.validated_data.get("credits", hold.credits),
            idempotency_key=key,
            metadata=serializer.validated_data["metadata"],
            actor=actor_of(request),
        )
        return answer_posting(posting, service=hold.service.slug)


class ReleaseView(APIView):
    """The release of one hold."""

    scopes: ClassVar = {"POST": Scope.USAGE_WRITE}

    @extend_schema(
        request=None, responses={200: HoldSerializer, **problems(400, 404, 409, 411, 413, 415, 503)}
    )
    def post(self, request: Request, hold_id: int) -> Response:
        """Free what is held. A hold that was released or timed out stays as it is."""
        require_no_fields(request)
        result = release_hold(hold=hold_to_settle(request, hold_id))
        return _answer_hold(result, status.HTTP_200_OK)


def _answer_hold(result: HoldResult, code: int) -> Response:
    data: dict[str, Any] = HoldSerializer(result.hold).data
    response = Response(data, status=code)
    if result.replayed:
        response["Idempotent-Replayed"] = "true"
    return response

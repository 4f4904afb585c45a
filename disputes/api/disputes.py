"""A customer's disputes, in the API."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import PermissionDenied
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creditsite.accounts.models import Scope, User
from creditsite.kernel.api import NewestFirstPagination, idempotency_key, require_no_fields
from creditsite.kernel.openapi import idempotency_key_header, problems
from disputes.access import dispute_for, dispute_to_see, sees_internals
from disputes.actions import (
    appeal_ruling,
    note_in_dispute,
    open_dispute,
    tell_in_dispute,
    withdraw_dispute,
    write_in_dispute,
)
from disputes.api.serializers import (
    DisputeDetailSerializer,
    DisputeSerializer,
    MessageSerializer,
    OpenSerializer,
    ReasonSerializer,
    WriteSerializer,
)
from disputes.models import Dispute, DisputeReason
from wallet.access import actor_of, wallet_for
from wallet.api.wallets import READ_PROBLEMS, PageChoiceSerializer, query_of

STEP_PROBLEMS = problems(400, 404, 409, 411, 413, 415)
PARTS = ("charges", "rulings__charges__charge", "messages", "evidence", "events")


def answer_dispute(request: Request, dispute_id: int, *, code: int = 200) -> Response:
    """Answer a dispute as it stands, with what the caller may see of it."""
    kept = Dispute.objects.select_related("wallet", "purchase__invoice").prefetch_related(*PARTS)
    found = kept.get(pk=dispute_id)
    context = {"sees_internals": sees_internals(request, found)}
    data = DisputeDetailSerializer(found, context=context).data
    return Response(data, status=code)


class DisputeListView(ListAPIView[Dispute]):
    """Disputes."""

    scopes: ClassVar = {"GET": Scope.DISPUTES_WRITE, "POST": Scope.DISPUTES_WRITE}
    serializer_class = DisputeSerializer
    pagination_class = NewestFirstPagination

    @extend_schema(
        parameters=[PageChoiceSerializer],
        responses={200: DisputeSerializer(many=True), **READ_PROBLEMS},
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List a wallet's disputes, newest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Dispute]:
        chosen = query_of(PageChoiceSerializer, self.request)
        disputes = Dispute.objects.filter(wallet=wallet_for(self.request, chosen.get("wallet")))
        return disputes.select_related("purchase__invoice").prefetch_related(
            "charges", "rulings__charges__charge"
        )

    @extend_schema(
        parameters=[idempotency_key_header(required=False)],
        request=OpenSerializer,
        responses={201: DisputeDetailSerializer, **STEP_PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        """Contest charges, or one payment. All of it becomes one dispute, or nothing does."""
        key = idempotency_key(request, required=False)
        serializer = OpenSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        asked = serializer.validated_data
        opening = open_dispute(
            wallet=wallet_for(request, asked.get("wallet")),
            reason=DisputeReason(asked["reason"]),
            explanation=asked["explanation"],
            charges={charge["entry"]: charge.get("credits") for charge in asked["charges"]},
            invoice=asked.get("invoice"),
            actor=actor_of(request),
            idempotency_key=key,
        )
        response = answer_dispute(request, opening.dispute.pk, code=status.HTTP_201_CREATED)
        return _mark(response, replayed=opening.replayed)


class DisputeView(APIView):
    """One dispute."""

    scopes: ClassVar = {"GET": Scope.DISPUTES_WRITE}

    @extend_schema(responses={200: DisputeDetailSerializer, **READ_PROBLEMS})
    def get(self, request: Request, dispute_id: int) -> Response:
        """Read a dispute with its rulings, messages, files and timeline."""
        return answer_dispute(request, dispute_to_see(request, dispute_id).pk)


class MessageListView(APIView):
    """Messages of one dispute."""

    scopes: ClassVar = {"POST": Scope.DISPUTES_WRITE}

    @extend_schema(
        parameters=[idempotency_key_header(required=False)],
        request=WriteSerializer,
        responses={201: MessageSerializer, **STEP_PROBLEMS},
    )
    def post(self, request: Request, dispute_id: int) -> Response:
        """Write to the other side. Where operators asked the customer, this answers them.

        Operators who are signed in write to the customer, or with `is_internal` a note.
        """
        dispute = dispute_to_see(request, dispute_id)
        key = idempotency_key(request, required=False)
        serializer = WriteSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        asked = serializer.validated_data
        user = request.user
        if isinstance(user, User) and sees_internals(request, dispute):
            write = note_in_dispute if asked["is_internal"] else tell_in_dispute
            message = write(dispute=dispute, text=asked["text"], reviewer=user)
            return Response(MessageSerializer(message).data, status=status.HTTP_201_CREATED)
        if asked["is_internal"]:
            raise PermissionDenied("Only operators keep notes, and none in a case of their own.")
        writing = write_in_dispute(
            dispute=dispute, text=asked["text"], actor=actor_of(request), idempotency_key=key
        )
        data = MessageSerializer(writing.message).data
        response = Response(data, status=status.HTTP_201_CREATED)
        return _mark(response, replayed=writing.replayed)


class AppealView(APIView):
    """The appeal of one dispute's ruling."""

    scopes: ClassVar = {"POST": Scope.DISPUTES_WRITE}

    @extend_schema(
        request=ReasonSerializer, responses={200: DisputeDetailSerializer, **STEP_PROBLEMS}
    )
    def post(self, request: Request, dispute_id: int) -> Response:
        """Have the ruling reviewed by somebody else, once, within 14 days."""
        dispute = dispute_for(request, dispute_id)
        serializer = ReasonSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        reason = serializer.validated_data["reason"]
        appeal_ruling(dispute=dispute, reason=reason, actor=actor_of(request))
        return answer_dispute(request, dispute_id)


class WithdrawView(APIView):
    """The end of one dispute by its customer."""

    scopes: ClassVar = {"POST": Scope.DISPUTES_WRITE}

    @extend_schema(request=None, responses={200: DisputeDetailSerializer, **STEP_PROBLEMS})
    def post(self, request: Request, dispute_id: int) -> Response:
        """Take the dispute back. A ruling that was made stands."""
        dispute = dispute_for(request, dispute_id)
        require_no_fields(request)
        withdraw_dispute(dispute=dispute, actor=actor_of(request))
        return answer_dispute(request, dispute_id)


def _mark(response: Response, *, replayed: bool) -> Response:
    if replayed:
        response["Idempotent-Replayed"] = "true"
    return response

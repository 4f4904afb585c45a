"""The wallet's API views: read the wallet and its ledger, spend."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import OuterRef, QuerySet, Subquery
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creditsite.accounts.models import ApiKey, Scope
from creditsite.kernel import clock
from creditsite.kernel.api import NewestFirstPagination, idempotency_key
from creditsite.kernel.openapi import idempotency_key_header, problems
from wallet.access import actor_of, wallet_for
from wallet.actions import spend_credits
from wallet.api.serializers import (
    EntryDetailSerializer,
    EntryFilterSerializer,
    EntrySerializer,
    ServiceListSerializer,
    SpendSerializer,
    WalletChoiceSerializer,
    WalletSerializer,
)
from wallet.models import LedgerEntry, Service, ServiceRate
from wallet.reports.figures import wallet_figures

READ_PROBLEMS = problems(400, 404)


def _query(serializer_class: type[WalletChoiceSerializer], request: Request) -> dict[str, Any]:
    serializer = serializer_class(data=request.query_params.dict())
    serializer.is_valid(raise_exception=True)
    chosen: dict[str, Any] = serializer.validated_data
    return chosen


class WalletView(APIView):
    """The caller's wallet."""

    scopes: ClassVar = {"GET": Scope.WALLET_READ}

    @extend_schema(
        parameters=[WalletChoiceSerializer], responses={200: WalletSerializer, **READ_PROBLEMS}
    )
    def get(self, request: Request) -> Response:
        """Read balance, held, available, debt and status."""
        wallet = wallet_for(request, _query(WalletChoiceSerializer, request).get("wallet"))
        return Response(WalletSerializer(wallet_figures(wallet)).data)


class EntryPagination(NewestFirstPagination):
    ordering = "-sequence"


class EntryListView(ListAPIView[LedgerEntry]):
    """The wallet's ledger."""

    scopes: ClassVar = {"GET": Scope.WALLET_READ}
    serializer_class = EntrySerializer
    pagination_class = EntryPagination

    @extend_schema(
        parameters=[EntryFilterSerializer],
        responses={200: EntrySerializer(many=True), **READ_PROBLEMS},
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the entries, newest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[LedgerEntry]:
        chosen = _query(EntryFilterSerializer, self.request)
        entries = LedgerEntry.objects.filter(
            wallet=wallet_for(self.request, chosen.get("wallet"))
        ).select_related("service")
        if "kind" in chosen:
            entries = entries.filter(kind=chosen["kind"])
        if "service" in chosen:
            entries = entries.filter(service__slug=chosen["service"])
        return entries


class EntryView(APIView):
    """One entry, explained."""

    scopes: ClassVar = {"GET": Scope.WALLET_READ}

    @extend_schema(responses={200: EntryDetailSerializer, **READ_PROBLEMS})
    def get(self, request: Request, entry_id: int) -> Response:
        """Read an entry with its price, the lots drawn and its hash."""
        entries = LedgerEntry.objects.select_related("service", "rate")
        if not (isinstance(request.auth, ApiKey) and request.auth.is_platform_key):
            entries = entries.filter(wallet=wallet_for(request, None))
        entry = get_object_or_404(entries, pk=entry_id)
        return Response(EntryDetailSerializer(entry).data)


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

"""Invoices, and the way to Stripe's portal, in the API."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from billing.actions import open_portal
from billing.api.subscription import WRITE_PROBLEMS
from billing.models import Invoice, InvoiceStatus
from creditsite.accounts.models import Scope
from creditsite.kernel.api import NewestFirstPagination
from wallet.access import wallet_for
from wallet.api.wallets import (
    READ_PROBLEMS,
    PageChoiceSerializer,
    WalletChoiceSerializer,
    query_of,
)


class InvoiceSerializer(serializers.ModelSerializer[Invoice]):
    """An invoice as Stripe last told of it; a paid one is the receipt."""

    label = serializers.CharField(help_text="What it is for.")  # type: ignore[assignment]
    status = serializers.ChoiceField(InvoiceStatus.choices)
    page_url = serializers.CharField(help_text="Stripe's page of it, where it can be paid too.")
    pdf_url = serializers.CharField()

    class Meta:
        model = Invoice
        fields: tuple[str, ...] = (
            "id",
            "number",
            "label",
            "status",
            "total_cents",
            "currency",
            "subscription",
            "top_up",
            "page_url",
            "pdf_url",
            "issued_at",
            "paid_at",
            "next_attempt_at",
        )
        read_only_fields = fields


class InvoiceListView(ListAPIView[Invoice]):
    """What was billed."""

    scopes: ClassVar = {"GET": Scope.BILLING_WRITE}
    serializer_class = InvoiceSerializer
    pagination_class = NewestFirstPagination
    queryset = Invoice.objects.none()

    @extend_schema(
        parameters=[PageChoiceSerializer],
        responses={200: InvoiceSerializer(many=True), **READ_PROBLEMS},
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the invoices, newest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Invoice]:
        asked = query_of(PageChoiceSerializer, self.request)
        return Invoice.objects.filter(wallet=wallet_for(self.request, asked.get("wallet")))


class PortalSessionSerializer(serializers.Serializer[Any]):
    """Where the portal is, for a few minutes."""

    url = serializers.CharField()


class PortalSessionListView(APIView):
    """Stripe's portal."""

    scopes: ClassVar = {"POST": Scope.BILLING_WRITE}

    @extend_schema(
        request=WalletChoiceSerializer, responses={201: PortalSessionSerializer, **WRITE_PROBLEMS}
    )
    def post(self, request: Request) -> Response:
        """Open Stripe's portal, where the customer keeps their card and finds their invoices."""
        asked = WalletChoiceSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wallet = wallet_for(request, asked.validated_data.get("wallet"))
        told = PortalSessionSerializer({"url": open_portal(customer=wallet.customer)})
        return Response(told.data, status=status.HTTP_201_CREATED)

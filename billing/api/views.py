"""The billing API's views: start a top-up, look at it."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from billing.actions import start_top_up
from billing.api.serializers import CheckoutRequestSerializer, CheckoutSerializer
from billing.models import TopUp
from creditsite.accounts.models import ApiKey, Scope
from creditsite.kernel.api import idempotency_key
from creditsite.kernel.openapi import idempotency_key_header, problems
from wallet.access import actor_of, wallet_for


class CheckoutListView(APIView):
    """Start top-ups."""

    scopes: ClassVar = {"POST": Scope.BILLING_WRITE}

    @extend_schema(
        parameters=[idempotency_key_header(required=False)],
        request=CheckoutRequestSerializer,
        responses={
            201: CheckoutSerializer,
            **problems(400, 404, 409, 411, 413, 415, 502, 503),
        },
    )
    def post(self, request: Request) -> Response:
        """Quote credits and open a page where exactly the quote is paid."""
        key = idempotency_key(request, required=False)
        wanted = CheckoutRequestSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        started = start_top_up(
            wallet=wallet_for(request, wanted.validated_data.get("wallet")),
            credits=wanted.validated_data["credits"],
            code=wanted.validated_data["code"],
            actor=actor_of(request),
            idempotency_key=key,
        )
        headers = {"Idempotent-Replayed": "true"} if started.replayed else {}
        return Response(
            CheckoutSerializer(started.top_up).data, status=status.HTTP_201_CREATED, headers=headers
        )


class CheckoutView(APIView):
    """One top-up."""

    scopes: ClassVar = {"GET": Scope.BILLING_WRITE}

    @extend_schema(responses={200: CheckoutSerializer, **problems(404)})
    def get(self, request: Request, checkout_id: UUID) -> Response:
        """Read how a top-up stands."""
        top_up = get_object_or_404(TopUp.objects.select_related("wallet"), pk=checkout_id)
        # A platform key sees all; everybody else their own.
        if not (isinstance(request.auth, ApiKey) and request.auth.is_platform_key):
            assert request.user.is_authenticated
            if top_up.wallet.customer_id != request.user.pk:
                raise Http404
        return Response(CheckoutSerializer(top_up).data)

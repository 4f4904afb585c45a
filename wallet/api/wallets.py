"""The caller's wallet, in the API."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creditsite.accounts.models import Scope
from creditsite.kernel.api import CreditsField, StrictSerializer
from creditsite.kernel.openapi import problems
from wallet.access import wallet_for
from wallet.models import WalletStatus
from wallet.reports.figures import wallet_figures

LARGEST_ID = 2**63 - 1
READ_PROBLEMS = problems(400, 404)


class WalletSerializer(serializers.Serializer[Any]):
    """A wallet's credits now."""

    id = serializers.IntegerField(source="wallet_id")
    balance = CreditsField(read_only=True)
    held = CreditsField(read_only=True)
    available = CreditsField(read_only=True)
    debt = CreditsField(read_only=True)
    status = serializers.ChoiceField(WalletStatus.choices)
    status_reason = serializers.CharField()


class WalletChoiceSerializer(StrictSerializer):
    """Which wallet to read."""

    wallet = serializers.IntegerField(
        required=False, min_value=1, max_value=LARGEST_ID, help_text="Platform keys only."
    )


def query_of(serializer_class: type[WalletChoiceSerializer], request: Request) -> dict[str, Any]:
    """Return the checked query of a request; raises `ValidationError`."""
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
        wallet = wallet_for(request, query_of(WalletChoiceSerializer, request).get("wallet"))
        return Response(WalletSerializer(wallet_figures(wallet)).data)

"""When a wallet's customer is warned, in the API."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creditsite.accounts.models import Scope
from creditsite.kernel.api import CreditsField, WholeNumberField
from creditsite.kernel.openapi import problems
from wallet.access import wallet_for
from wallet.actions.alerts import MOST_ALERT_DAYS, set_alerts
from wallet.api.wallets import READ_PROBLEMS, WalletChoiceSerializer, query_of

WRITE_PROBLEMS = problems(400, 404, 409, 411, 413, 415)


class AlertsSerializer(serializers.Serializer[Any]):
    """When to warn, and whether it is so."""

    below = CreditsField(read_only=True, source="alert_below", allow_null=True)
    days = serializers.IntegerField(source="alert_days", allow_null=True)
    expiry_days = serializers.IntegerField(source="alert_expiry_days", allow_null=True)
    limits = serializers.BooleanField(source="alert_limits")
    is_low = serializers.BooleanField()
    is_running_out = serializers.BooleanField()


class SetAlertsSerializer(WalletChoiceSerializer):
    """When to warn: null switches a warning off. `expiry_days` stays as it is unless it is said."""

    below = CreditsField(allow_null=True, help_text="Warn when fewer credits are available.")
    days = WholeNumberField(
        allow_null=True,
        min_value=1,
        max_value=MOST_ALERT_DAYS,
        help_text="Warn when the forecast is fewer days.",
    )
    expiry_days = WholeNumberField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=MOST_ALERT_DAYS,
        help_text="Warn so many days before credits expire.",
    )
    limits = serializers.BooleanField(help_text="Mail when 80 % or all of a limit is used.")


class AlertsView(APIView):
    """When to warn."""

    scopes: ClassVar = {"GET": Scope.WALLET_READ, "PUT": Scope.WALLET_WRITE}

    @extend_schema(
        parameters=[WalletChoiceSerializer], responses={200: AlertsSerializer, **READ_PROBLEMS}
    )
    def get(self, request: Request) -> Response:
        """Read when the customer is warned."""
        wallet = wallet_for(request, query_of(WalletChoiceSerializer, request).get("wallet"))
        return Response(AlertsSerializer(wallet).data)

    @extend_schema(request=SetAlertsSerializer, responses={200: AlertsSerializer, **WRITE_PROBLEMS})
    def put(self, request: Request) -> Response:
        """Say when to warn. Each warning comes once, and again after the wallet recovered."""
        serializer = SetAlertsSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        asked = serializer.validated_data
        wallet = wallet_for(request, asked.get("wallet"))
        wallet = set_alerts(
            wallet=wallet,
            below=asked["below"],
            days=asked["days"],
            expiry_days=asked.get("expiry_days", wallet.alert_expiry_days),
            limits=asked["limits"],
        )
        return Response(AlertsSerializer(wallet).data)

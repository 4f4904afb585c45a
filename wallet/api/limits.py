"""Spending limits, in the API."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creditsite.accounts.models import Scope
from creditsite.kernel.api import CreditsField
from creditsite.kernel.credits import ZERO
from wallet.access import wallet_for
from wallet.actions import remove_limit, set_limit
from wallet.api.alerts import WRITE_PROBLEMS
from wallet.api.wallets import READ_PROBLEMS, WalletChoiceSerializer, query_of
from wallet.errors import ServiceNotFound
from wallet.models import LimitPeriod, Service
from wallet.reports.limits import wallet_limits


class LimitSerializer(serializers.Serializer[Any]):
    """A limit and what of it is used: spent in its period (UTC) without reversals, and held."""

    service = serializers.SlugField(allow_null=True, help_text="Null: all services together.")
    period = serializers.ChoiceField(LimitPeriod.choices)
    credits = CreditsField(read_only=True)
    used = CreditsField(read_only=True)
    left = CreditsField(read_only=True)
    resets_at = serializers.DateTimeField()


class LimitListSerializer(serializers.Serializer[Any]):
    """All limits of a wallet; there is no further page."""

    data = LimitSerializer(many=True)  # type: ignore[assignment]
    next = serializers.URLField(allow_null=True)


class LimitChoiceSerializer(WalletChoiceSerializer):
    """Which limit; without a service it is the one for all services together."""

    service = serializers.SlugField(required=False, allow_null=True, max_length=50)
    period = serializers.ChoiceField(LimitPeriod.choices)


class SetLimitSerializer(LimitChoiceSerializer):
    """A limit to set."""

    credits = CreditsField(min_value=ZERO, help_text="0 stops this spending.")


class LimitView(APIView):
    """Spending limits."""

    scopes: ClassVar = {
        "GET": Scope.WALLET_READ,
        "PUT": Scope.WALLET_WRITE,
        "DELETE": Scope.WALLET_WRITE,
    }

    @extend_schema(
        parameters=[WalletChoiceSerializer], responses={200: LimitListSerializer, **READ_PROBLEMS}
    )
    def get(self, request: Request) -> Response:
        """List the limits with what of them is used and when they reset."""
        wallet = wallet_for(request, query_of(WalletChoiceSerializer, request).get("wallet"))
        limits = {"data": wallet_limits(wallet), "next": None}
        return Response(LimitListSerializer(limits).data)

    @extend_schema(request=SetLimitSerializer, responses={200: LimitSerializer, **WRITE_PROBLEMS})
    def put(self, request: Request) -> Response:
        """Set a limit, or another number for it. It counts at once."""
        serializer = SetLimitSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        asked = serializer.validated_data
        wallet = wallet_for(request, asked.get("wallet"))
        service = _service(asked)
        # Read while the action's lock lasts, so that nobody removes the limit in between.
        with transaction.atomic():
            limit = set_limit(
                wallet=wallet,
                service=service,
                period=LimitPeriod(asked["period"]),
                credits=asked["credits"],
            )
            shown = next(one for one in wallet_limits(wallet) if one.id == limit.pk)
        return Response(LimitSerializer(shown).data)

    @extend_schema(parameters=[LimitChoiceSerializer], responses={204: None, **READ_PROBLEMS})
    def delete(self, request: Request) -> Response:
        """Remove a limit."""
        asked = query_of(LimitChoiceSerializer, request)
        remove_limit(
            wallet=wallet_for(request, asked.get("wallet")),
            service=_service(asked),
            period=LimitPeriod(asked["period"]),
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


def _service(asked: dict[str, Any]) -> Service | None:
    slug = asked.get("service")
    if slug is None:
        return None
    service = Service.objects.filter(slug=slug).first()
    if service is None:
        raise ServiceNotFound("No service has this slug.")
    return service

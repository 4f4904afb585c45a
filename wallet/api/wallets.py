"""The caller's wallet, in the API."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creditsite.accounts.models import Scope
from creditsite.kernel import clock
from creditsite.kernel.api import CreditsField, StrictSerializer, WholeNumberField
from creditsite.kernel.openapi import problems
from wallet.access import wallet_for
from wallet.models import GrantSource, Wallet, WalletStatus
from wallet.reports.as_of import wallet_at
from wallet.reports.figures import wallet_figures

LARGEST_ID = 2**63 - 1
READ_PROBLEMS = problems(400, 404)
# In a query a plus that was not encoded arrives as a blank.
MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d(?:\.\d{1,9})?)(?:([Zz])|([ +-])(\d\d:\d\d))", re.ASCII
)


@extend_schema_field({"type": "string", "format": "date-time"})
class MomentField(serializers.Field[datetime, str, str, datetime]):
    """A moment that has passed: RFC 3339 with any offset, as UTC."""

    def to_internal_value(self, data: str) -> datetime:
        found = MOMENT.fullmatch(data)
        if found is None:
            raise serializers.ValidationError(
                "Send a moment as RFC 3339 with its offset, such as 2026-01-31T00:00:00Z."
            )
        day, time, zulu, sign, offset = found.groups()
        ahead = "-" if sign == "-" else "+"
        try:
            moment = datetime.fromisoformat(f"{day}T{time}{'Z' if zulu else ahead + offset}")
            moment = moment.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise serializers.ValidationError("There is no such moment.") from error
        if moment > clock.now():
            raise serializers.ValidationError("This moment is still to come.")
        return moment

    def to_representation(self, value: datetime) -> str:
        return value.isoformat()


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

    wallet = WholeNumberField(
        required=False, min_value=1, max_value=LARGEST_ID, help_text="Platform keys only."
    )


class PageChoiceSerializer(WalletChoiceSerializer):
    """Which wallet's list to read, and which page of it."""

    limit = WholeNumberField(required=False, min_value=1, max_value=200)
    cursor = serializers.CharField(required=False, max_length=500)


class LotAtSerializer(serializers.Serializer[Any]):
    """A lot as it stood at the moment: what was left of it, and what of that was held."""

    id = serializers.IntegerField()
    source = serializers.ChoiceField(GrantSource.choices)  # type: ignore[assignment]
    credits = CreditsField(read_only=True)
    remaining = CreditsField(read_only=True)
    held = CreditsField(read_only=True)
    expires_at = serializers.DateTimeField(allow_null=True)


class BalanceSerializer(serializers.Serializer[Any]):
    """A wallet's credits at a moment, after the entry number `sequence`; 0 before the first."""

    id = serializers.IntegerField(source="wallet_id")
    at = serializers.DateTimeField()
    sequence = serializers.IntegerField()
    balance = CreditsField(read_only=True)
    held = CreditsField(read_only=True)
    available = CreditsField(read_only=True)
    debt = CreditsField(read_only=True)
    lots = LotAtSerializer(many=True)


class MomentSerializer(StrictSerializer):
    """Which moment to look at."""

    at = MomentField(required=False, help_text="A moment that has passed; now, where absent.")


def query_of(serializer_class: type[StrictSerializer], request: Request) -> dict[str, Any]:
    """Return the checked query of a request; raises `ValidationError`, also for a name that stands
    there twice: it would be left to chance which of them counts."""
    named = request.query_params
    twice = [name for name, values in named.lists() if len(values) > 1]
    if twice:
        raise serializers.ValidationError({name: ["Send this once."] for name in twice})
    serializer = serializer_class(data=named.dict())
    serializer.is_valid(raise_exception=True)
    chosen: dict[str, Any] = serializer.validated_data
    return chosen


class OwnWalletView(APIView):
    """The caller's wallet."""

    scopes: ClassVar = {"GET": Scope.WALLET_READ}

    @extend_schema(
        parameters=[WalletChoiceSerializer], responses={200: WalletSerializer, **READ_PROBLEMS}
    )
    def get(self, request: Request) -> Response:
        """Read balance, held, available, debt and status."""
        chosen = query_of(WalletChoiceSerializer, request)
        return _answer_wallet(wallet_for(request, chosen.get("wallet")))


class WalletView(APIView):
    """One wallet."""

    scopes: ClassVar = {"GET": Scope.WALLET_READ}

    @extend_schema(responses={200: WalletSerializer, **READ_PROBLEMS})
    def get(self, request: Request, wallet_id: int) -> Response:
        """Read balance, held, available, debt and status of a wallet."""
        return _answer_wallet(wallet_for(request, wallet_id))


class BalanceView(APIView):
    """One wallet, now or then."""

    scopes: ClassVar = {"GET": Scope.WALLET_READ}

    @extend_schema(
        parameters=[MomentSerializer], responses={200: BalanceSerializer, **READ_PROBLEMS}
    )
    def get(self, request: Request, wallet_id: int) -> Response:
        """Read a wallet's figures and lots as they stood at a moment.

        Before the first entry everything is zero and `sequence` is 0. A moment that is still to
        come is refused.
        """
        wallet = wallet_for(request, wallet_id)
        chosen = query_of(MomentSerializer, request)
        return Response(BalanceSerializer(wallet_at(wallet, chosen.get("at"))).data)


def _answer_wallet(wallet: Wallet) -> Response:
    return Response(WalletSerializer(wallet_figures(wallet)).data)

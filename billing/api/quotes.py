"""What things cost, in the API."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from billing.actions import quote_package, quote_top_up, version_on_sale
from billing.quotes import Quote
from creditsite.accounts.models import Scope
from creditsite.kernel.api import CreditsField
from creditsite.kernel.credits import ZERO
from creditsite.kernel.openapi import problems
from wallet.access import wallet_for
from wallet.api.wallets import WalletChoiceSerializer
from wallet.models import Wallet


class CodeField(serializers.CharField):
    """A promotion's code; case does not matter."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs |= {"required": False, "allow_blank": True, "default": "", "max_length": 40}
        super().__init__(help_text="A promotion's code; case does not matter.", **kwargs)

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(data).upper()


class SaleSerializer(WalletChoiceSerializer):
    """What is to be bought: credits once, or a package each month."""

    credits = CreditsField(
        required=False, help_text="How many, once; a string keeps the decimals exact."
    )
    package = serializers.SlugField(
        required=False, max_length=50, help_text="Or the slug of a package."
    )
    code = CodeField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("credits" in attrs) == ("package" in attrs):
            raise serializers.ValidationError("Name either credits or a package.")
        return attrs


class QuoteLineSerializer(serializers.Serializer[object]):
    """One step of the price."""

    kind = serializers.CharField(
        default="base", help_text="`base`, `volume`, `subscriber` or `promotion`."
    )
    label = serializers.CharField()  # type: ignore[assignment]
    reason = serializers.CharField()
    percent = serializers.CharField(default=None, allow_null=True)
    amount_cents = serializers.IntegerField()
    subtotal_cents = serializers.IntegerField(
        default=None, allow_null=True, help_text="The price after it."
    )


class KeptQuoteSerializer(serializers.Serializer[object]):
    """The price, line by line; the lines add up to the total."""

    lines = QuoteLineSerializer(many=True)
    bonus_credits = CreditsField(
        default=ZERO, help_text="What a promotion brings on top, once it is paid."
    )
    code = serializers.CharField(default="")
    notes = serializers.ListField(
        child=serializers.CharField(), default=list, help_text="Such as why a code is not used."
    )
    total_cents = serializers.IntegerField()
    currency = serializers.CharField()


class QuoteSerializer(KeptQuoteSerializer):
    """What would be paid now: for credits once, or for the first period of a package."""

    credits = CreditsField()


class QuoteListView(APIView):
    """Quote prices."""

    scopes: ClassVar = {"POST": Scope.BILLING_WRITE}

    @extend_schema(
        request=SaleSerializer,
        responses={200: QuoteSerializer, **problems(400, 404, 409, 411, 413, 415)},
    )
    def post(self, request: Request) -> Response:
        """Say what credits or a package would cost now, line by line. Nothing is reserved."""
        wanted = SaleSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        asked = wanted.validated_data
        quote = _quote(wallet_for(request, asked.get("wallet")), asked)
        return Response(QuoteSerializer(quote.as_json()).data)


def _quote(wallet: Wallet, asked: dict[str, Any]) -> Quote:
    if "credits" in asked:
        return quote_top_up(credits=asked["credits"], wallet=wallet, code=asked["code"])
    version = version_on_sale(customer=wallet.customer, slug=asked["package"])
    return quote_package(version=version, wallet=wallet, code=asked["code"])
